//! Invalid bodies, and texts as people write them.

use crate::support::{Text as _, World};
use serde_json::json;

#[tokio::test]
async fn every_invalid_value_is_reported_in_one_response() {
    let (world, key) = World::with_crm_key().await;
    let lead = json!({
        "id": "x", "name": ["x"], "email": "no address", "phone": 3, "message": {}, "source": true, "item_id": 7,
        "status": "open", "external_id": [], "note": false, "created_at": null, "colour": "red",
    });
    let mut errors = key.post("/api/leads", &lead).await.errors();
    errors.sort();
    let expected = [
        ("/colour", "unknown_field"),
        ("/created_at", "unknown_field"),
        ("/email", "invalid"),
        ("/external_id", "invalid"),
        ("/id", "unknown_field"),
        ("/item_id", "invalid"),
        ("/message", "invalid"),
        ("/name", "invalid"),
        ("/note", "invalid"),
        ("/phone", "invalid"),
        ("/source", "invalid"),
        ("/status", "invalid"),
    ];
    let expected: Vec<_> = expected
        .map(|(at, code)| (at.to_owned(), code.to_owned()))
        .to_vec();
    assert_eq!(errors, expected);
    assert_eq!(world.count("SELECT count(*) FROM leads").await, 0);
}

#[tokio::test]
async fn body_is_refused_unless_it_is_a_json_object() {
    let (_world, key) = World::with_crm_key().await;
    for body in [json!([]), json!("lead"), json!(null), json!(7)] {
        let errors = key.post("/api/leads", &body).await.errors();
        assert_eq!(errors, [(String::new(), "invalid".to_owned())], "{body}");
    }
    let json = key.with("content-type", "application/json");
    let twice = r#"{"email":"ada@example.com","email":"eve@example.com"}"#;
    let errors = json.send("POST", "/api/leads", twice).await.errors();
    assert_eq!(errors, [("/email".to_owned(), "duplicate".to_owned())]);
    for body in ["", "{", "{'email':1}", "swordfish"] {
        let response = json.send("POST", "/api/leads", body).await;
        assert_eq!(response.problem(), (400, "malformed_body".into()), "{body}");
        response.lacks("swordfish");
    }
}

#[tokio::test]
async fn texts_in_every_script_are_trimmed_and_otherwise_stored_unchanged() {
    let (_world, key) = World::with_crm_key().await;
    for text in [
        "'; DROP TABLE leads; --",
        "<script>alert(1)</script>",
        "مرحبا بالعالم",
        "a\u{202E}b\u{2066}c zero\u{200B}width",
        "👩‍👩‍👧‍👦 e\u{301} ≠ é",
        " tab\tand\nnewline ",
        "ﷺ 钥匙 \u{10FFFF}",
    ] {
        let mut lead = json!({
            "name": text, "phone": text, "message": text, "source": text, "note": text,
        });
        // An id contains no invisible characters.
        if domain::find_invisible(text).is_none() {
            lead["item_id"] = json!(text);
            lead["external_id"] = json!(text);
        }
        let response = key.post("/api/leads", &lead).await.expect(201);
        let stored = key.get_json(response.header("location")).await;
        for (field, value) in lead.as_object().unwrap() {
            assert_eq!(stored[field], value.as_str().unwrap().trim(), "{field}");
        }
    }
}

#[tokio::test]
async fn control_characters_are_refused_in_every_text() {
    let (_world, key) = World::with_crm_key().await;
    let fields = [
        "name",
        "email",
        "phone",
        "message",
        "source",
        "item_id",
        "external_id",
        "note",
    ];
    for text in ["nul\0", "bell\u{7}", "re\rturn", "delete\u{7F}", "c\u{85}1"] {
        for field in fields {
            let lead = json!({ "phone": "1", field: text });
            let errors = key.post("/api/leads", &lead).await.errors();
            let expected = [(format!("/{field}"), "invalid".to_owned())];
            assert_eq!(errors, expected, "{text:?}");
        }
    }
}

#[tokio::test]
async fn lengths_are_counted_in_characters() {
    let (_world, key) = World::with_crm_key().await;
    for (field, max) in [
        ("name", 256),
        ("phone", 64),
        ("message", 10_000),
        ("source", 128),
        ("item_id", 128),
        ("external_id", 128),
        ("note", 10_000),
    ] {
        let with = |length: usize| json!({ "email": "ada@example.com", field: "é".repeat(length) });
        key.post("/api/leads", &with(max)).await.expect(201);
        let errors = key.post("/api/leads", &with(max + 1)).await.errors();
        assert_eq!(errors, [(format!("/{field}"), "too_long".to_owned())]);
    }
    let email = |length: usize| json!({ "email": format!("{}@example.com", "a".repeat(length)) });
    key.post("/api/leads", &email(242)).await.expect(201);
    let errors = key.post("/api/leads", &email(243)).await.errors();
    assert_eq!(errors, [("/email".to_owned(), "too_long".to_owned())]);
}

#[tokio::test]
async fn body_is_refused_beyond_its_size_limit() {
    let (_world, key) = World::with_crm_key().await;
    let json = key.with("content-type", "application/json");
    for (method, path) in [("POST", "/api/leads"), ("PATCH", "/api/leads/x")] {
        let body = vec![b' '; 2 * 1024 * 1024 + 1];
        let response = json.send(method, path, body).await;
        response.refusal(413, "body_too_large");
    }
}
