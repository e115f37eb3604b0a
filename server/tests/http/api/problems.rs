//! Whole problem documents.

use crate::support::World;
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn credentials_are_refused_with_whole_documents() {
    let world = World::new().await;
    let owner = world.owner().await;
    let key = owner.create(&world, "Reader", &["inventory:read"]).await;
    let nobody = world.nobody();

    let answer = nobody.get("/api/key").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "missing_key",
      "detail": "Send your API key in the header `X-API-Key`.",
      "instance": "[instance]",
      "status": 401,
      "title": "Missing API key",
      "type": "urn:voxum:problem:missing_key"
    }
    "#);
    let answer = nobody.with("x-api-key", "vx_x").get("/api/key").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "malformed_key",
      "detail": "The API key looks incomplete or mistyped. Copy the complete key, without spaces: `vx_` and 49 letters and digits.",
      "instance": "[instance]",
      "status": 401,
      "title": "Malformed API key",
      "type": "urn:voxum:problem:malformed_key"
    }
    "#);
    let answer = key.with("x-api-key", &key.secret).get("/api/key").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "ambiguous_credentials",
      "detail": "The request carries more than one API key. Send exactly one header `X-API-Key`.",
      "instance": "[instance]",
      "status": 400,
      "title": "Ambiguous credentials",
      "type": "urn:voxum:problem:ambiguous_credentials"
    }
    "#);
    let answer = key.get("/api/leads").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "missing_scope",
      "detail": "This API key lacks the permission `leads:read`. Ask an admin for a key that has it.",
      "instance": "[instance]",
      "status": 403,
      "title": "Missing permission",
      "type": "urn:voxum:problem:missing_scope"
    }
    "#);
    key.delete("/api/key").await.expect(204);
    let answer = key.get("/api/key").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "revoked_key",
      "detail": "This API key was revoked. Ask an admin for a new key.",
      "instance": "[instance]",
      "status": 401,
      "title": "Revoked API key",
      "type": "urn:voxum:problem:revoked_key"
    }
    "#);
}

#[tokio::test]
async fn requests_are_refused_with_whole_documents() {
    let world = World::new().await;
    let key = world.key().await;

    let answer = key.get("/api/none").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "not_found",
      "detail": "There is nothing at this path. Check it for typing errors; paths of the API begin with `/api/`, and have no slash at their end. `/api/openapi.json` lists all paths.",
      "instance": "[instance]",
      "status": 404,
      "title": "Not found",
      "type": "urn:voxum:problem:not_found"
    }
    "#);
    let answer = key.send("PUT", "/api/key", "").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "method_not_allowed",
      "detail": "This path does not support this method. The header `Allow` lists the methods that it supports.",
      "instance": "[instance]",
      "status": 405,
      "title": "Method not allowed",
      "type": "urn:voxum:problem:method_not_allowed"
    }
    "#);
    let answer = key.get("/api/inventory?limit=0").await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "invalid_parameter",
      "detail": "Set `limit` to a number from 1 to 500.",
      "instance": "[instance]",
      "status": 400,
      "title": "Invalid parameter",
      "type": "urn:voxum:problem:invalid_parameter"
    }
    "#);
    let item = json!({ "name": "", "price": -1, "colour": "red" });
    let answer = key.put("/api/inventory/A", &item).await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "invalid_body",
      "detail": "Some values are invalid, so nothing was stored. `errors` lists them.",
      "errors": [
        {
          "code": "unknown_field",
          "detail": "There is no field with this name. Leave it out.",
          "pointer": "/colour"
        },
        {
          "code": "required",
          "detail": "Set `name` to a value of 1 to 256 characters.",
          "pointer": "/name"
        },
        {
          "code": "out_of_range",
          "detail": "Use a price from 0 to 9999999999.99.",
          "pointer": "/price"
        }
      ],
      "instance": "[instance]",
      "status": 422,
      "title": "Invalid body",
      "type": "urn:voxum:problem:invalid_body"
    }
    "#);
    let answer = key
        .with("content-type", "text/plain")
        .send("PUT", "/api/inventory/A", "A")
        .await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "unsupported_media_type",
      "detail": "Send the body with `Content-Type` `application/json`, in UTF-8 and uncompressed.",
      "instance": "[instance]",
      "status": 415,
      "title": "Unsupported media type",
      "type": "urn:voxum:problem:unsupported_media_type"
    }
    "#);
    let conditional = key.with("if-match", "*");
    let answer = conditional
        .put("/api/inventory/A", &json!({ "name": "A" }))
        .await;
    assert_snapshot!(answer.problem_snapshot(), @r#"
    {
      "code": "precondition_failed",
      "detail": "The condition in `If-Match` or `If-None-Match` does not hold, so nothing was changed. Read the item again, and send the change with its current `ETag`.",
      "instance": "[instance]",
      "status": 412,
      "title": "Precondition failed",
      "type": "urn:voxum:problem:precondition_failed"
    }
    "#);
}
