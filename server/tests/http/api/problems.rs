//! Whole problem documents.

use crate::support::World;
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn credentials_are_refused_with_whole_documents() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Reader", &["inventory:read"]).await;
    let anonymous = world.anonymous();

    let response = anonymous.get("/api/key").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    401 missing_key: Missing API key
    Send your API key in the header `X-API-Key`.
    ");
    let response = anonymous.with("x-api-key", "vx_x").get("/api/key").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    401 malformed_key: Malformed API key
    The API key is malformed. Copy the full key of 52 characters, starting with `vx_`, without spaces.
    ");
    let response = key.with("x-api-key", &key.secret).get("/api/key").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    400 ambiguous_credentials: Ambiguous credentials
    The request carries more than one API key. Send exactly one header `X-API-Key`.
    ");
    let response = key.get("/api/leads").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    403 missing_scope: Missing permission
    This API key is missing the permission `leads:read`. Ask an admin to add it.
    ");
    key.delete("/api/key").await.expect(204);
    let response = key.get("/api/key").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    401 revoked_key: Revoked API key
    This API key was revoked. Ask an admin for a new key.
    ");
}

#[tokio::test]
async fn requests_are_refused_with_whole_documents() {
    let (_world, key) = World::with_key().await;

    let response = key.get("/api/none").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    404 not_found: Not found
    Path not found. Check it for typos; paths of the API begin with `/api/`, and have no trailing slash. `/api/openapi.json` lists all paths.
    ");
    let response = key.send("PUT", "/api/key", "").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    405 method_not_allowed: Method not allowed
    This path does not support this method. The header `Allow` lists the methods that it supports.
    ");
    let response = key.get("/api/inventory?limit=0").await;
    assert_snapshot!(response.problem_snapshot(), @r"
    400 invalid_parameter: Invalid parameter
    Set `limit` to a number from 1 to 500.
    ");
    let item = json!({ "name": "", "price": -1, "colour": "red" });
    let response = key.put("/api/inventory/A", &item).await;
    assert_snapshot!(response.problem_snapshot(), @r#"
    422 invalid_body: Invalid body
    Some values are invalid, so nothing was stored. `errors` lists them.
    {
      "errors": [
        {
          "code": "unknown_field",
          "detail": "Unknown field. Remove it.",
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
      ]
    }
    "#);
    let response = key
        .with("content-type", "text/plain")
        .send("PUT", "/api/inventory/A", "A")
        .await;
    assert_snapshot!(response.problem_snapshot(), @r"
    415 unsupported_media_type: Unsupported media type
    Send the body with `Content-Type` `application/json`, in UTF-8 and uncompressed.
    ");
    let conditional = key.with("if-match", "*");
    let response = conditional
        .put("/api/inventory/A", &json!({ "name": "A" }))
        .await;
    assert_snapshot!(response.problem_snapshot(), @r"
    412 precondition_failed: Precondition failed
    The condition in `If-Match` or `If-None-Match` does not hold, so nothing was changed. Read the item again, and send the change with its current `ETag`.
    ");
}
