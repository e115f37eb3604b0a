//! Invalid bodies.

use super::{feed, sample_item};
use crate::support::{TestClient, TestResponse, Text as _, World};
use axum::body::{Body, Bytes};
use serde_json::json;
use std::convert::Infallible;

async fn post(http: &TestClient, body: impl Into<Body>) -> TestResponse {
    http.with("content-type", "application/json")
        .send("POST", "/api/inventory", body)
        .await
}

#[tokio::test]
async fn every_invalid_value_is_reported_in_one_response() {
    let (_world, key) = World::with_key().await;
    let item = json!({
        "id": 7, "name": ["x"], "category": false, "price": [1], "currency": "usd", "description": {},
        "url": "javascript:alert(1)", "image_url": 1, "available": "yes", "attributes": { "a/b": 1, "c": {} },
        "colour": "red",
    });
    let mut errors = key
        .post("/api/inventory", &feed([sample_item("GOOD"), item]))
        .await
        .errors();
    errors.sort();
    let expected = [
        ("attributes/a~1b", "invalid"),
        ("attributes/c", "invalid"),
        ("available", "invalid"),
        ("category", "invalid"),
        ("colour", "unknown_field"),
        ("currency", "invalid"),
        ("description", "invalid"),
        ("id", "invalid"),
        ("image_url", "invalid"),
        ("name", "invalid"),
        ("price", "invalid"),
        ("url", "invalid"),
    ];
    let expected: Vec<_> = expected
        .map(|(at, code)| (format!("/items/1/{at}"), code.to_owned()))
        .to_vec();
    assert_eq!(errors, expected);
}

#[tokio::test]
async fn body_is_refused_unless_it_is_a_list_of_items() {
    let (_world, key) = World::with_key().await;
    for (body, pointer, code) in [
        (json!([]), "", "invalid"),
        (json!("items"), "", "invalid"),
        (json!(null), "", "invalid"),
        (json!({}), "/items", "required"),
        (json!({ "items": null }), "/items", "invalid"),
        (json!({ "items": {} }), "/items", "invalid"),
        (json!({ "items": [3] }), "/items/0", "invalid"),
        (json!({ "items": [[]] }), "/items/0", "invalid"),
        (
            json!({ "items": [sample_item("A")], "mode": "replace" }),
            "/mode",
            "unknown_field",
        ),
    ] {
        let errors = key.post("/api/inventory", &body).await.errors();
        assert_eq!(errors, [(pointer.to_owned(), code.to_owned())], "{body}");
    }
    let other_id = key
        .put("/api/inventory/A", &sample_item("B"))
        .await
        .errors();
    assert_eq!(other_id, [("/id".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn duplicate_member_names_are_refused() {
    let (_world, key) = World::with_key().await;
    for (body, pointer) in [
        (
            r#"{"items":[{"id":"A","name":"one","name":"two"}]}"#,
            "/items/0/name",
        ),
        (
            r#"{"items":[{"id":"A","name":"n","attributes":{"a":"1","\u0061":"2"}}]}"#,
            "/items/0/attributes/a",
        ),
        (r#"{"items":[{"id":"A","name":"n"}],"items":[]}"#, "/items"),
    ] {
        assert_eq!(
            post(&key, body).await.errors(),
            [(pointer.to_owned(), "duplicate".to_owned())],
            "{body}"
        );
    }
}

#[tokio::test]
async fn malformed_json_is_refused_and_not_quoted() {
    let (_world, key) = World::with_key().await;
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let cases: [&[u8]; 9] = [
        b"",
        b" ",
        b"{",
        b"{\"items\":[}",
        b"{} {}",
        b"{'items':[]}",
        b"{\"items\":[\"\xFF\"]}",
        b"swordfish",
        b"{\"items\":[NaN]}",
    ];
    for body in cases {
        let response = post(&key, body.to_vec()).await;
        assert_eq!(
            response.problem(),
            (400, "malformed_body".into()),
            "{:?}",
            String::from_utf8_lossy(body)
        );
        response.lacks("swordfish");
    }
    // Nesting does not fill the stack: the body is parsed, and refused because of its content.
    assert_eq!(post(&key, deep).await.errors()[0].1, "invalid");
    let half_a_character = r#"{"items":[{"id":"A","name":"\ud83d"}]}"#;
    assert_eq!(
        post(&key, half_a_character).await.errors()[0],
        ("/items/0/name".into(), "invalid".into())
    );
}

#[tokio::test]
async fn unsupported_media_types_charsets_and_encodings_are_refused() {
    let (_world, key) = World::with_key().await;
    let body = feed([sample_item("A")]).to_string();
    let send = async |http: &TestClient| http.send("POST", "/api/inventory", body.clone()).await;
    for kind in [
        "",
        "text/plain",
        "application/atom+xml",
        "text/csv; charset=latin1",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "application/jsonp",
    ] {
        let response = send(&key.with("content-type", kind)).await;
        assert_eq!(
            response.problem(),
            (415, "unsupported_media_type".into()),
            "{kind}"
        );
    }
    assert_eq!(send(&key).await.problem().0, 415, "no content type");
    let compressed = key
        .with("content-type", "application/json")
        .with("content-encoding", "gzip");
    assert_eq!(send(&compressed).await.problem().0, 415);
    for kind in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
    ] {
        send(&key.with("content-type", kind)).await.expect(200);
    }
}

#[tokio::test]
async fn body_is_refused_beyond_its_limit_even_if_its_length_is_unknown() {
    const MIB: usize = 1024 * 1024;
    let (_world, key) = World::with_key().await;
    let too_large = (413, "body_too_large".to_owned());
    assert_eq!(
        post(&key, vec![b' '; 16 * MIB + 1]).await.problem(),
        too_large
    );
    // A well-formed body of the maximum size.
    let mut body = feed([sample_item("A")]).to_string().into_bytes();
    body.resize(16 * MIB, b' ');
    post(&key, body).await.expect(200);
    // A stream that never ends and does not declare its length.
    let piece = Bytes::from(vec![b' '; 65_536]);
    let endless = futures::stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
    assert_eq!(
        post(&key, Body::from_stream(endless)).await.problem(),
        too_large
    );
    let json = key.with("content-type", "application/json");
    let response = json
        .send("PUT", "/api/inventory/A", vec![b' '; 2 * MIB + 1])
        .await;
    assert_eq!(response.problem(), too_large);
}

#[tokio::test]
async fn body_with_too_many_small_values_is_refused() {
    let (_world, key) = World::with_key().await;
    let many = |one: &str| vec![one; 4 * 1024 * 1024 / (one.len() + 1)].join(",");
    assert_eq!(
        post(&key, format!("{{\"items\":[{}]}}", many("0")))
            .await
            .errors()[0]
            .1,
        "out_of_range"
    );
    assert_eq!(
        post(&key, format!("{{{}}}", many("\"\":0"))).await.errors()[0].1,
        "too_long"
    );
    let attributes = format!(
        r#"{{"items":[{{"id":"A","name":"n","attributes":{{{}}}}}]}}"#,
        many("\"\":\"\"")
    );
    let errors = post(&key, attributes).await.errors();
    assert!(
        errors
            .iter()
            .all(|(pointer, _)| pointer.starts_with("/items/0/attributes"))
    );
}

#[tokio::test]
async fn empty_item_is_refused_with_its_required_fields() {
    let world = World::new().await;
    let errors = world
        .key()
        .await
        .post("/api/inventory", &feed([json!({})]))
        .await
        .errors();
    let required = |at: &str| (format!("/items/0/{at}"), "required".to_owned());
    assert_eq!(errors, [required("id"), required("name")]);
}
