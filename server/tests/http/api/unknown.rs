//! Paths and methods that are not there.

use crate::support::World;

#[tokio::test]
async fn an_unknown_path_is_a_problem_before_the_key_is_asked_for() {
    let world = World::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/key/",
        "/api/inventory/",
        "/api/inventory/a/b",
        "/api/leads/",
        "/api/leads/a/b",
        "/api/Key",
    ] {
        for method in ["GET", "POST", "DELETE", "BREW"] {
            let answer = world.nobody().send(method, path, "").await;
            assert_eq!(
                answer.problem(),
                (404, "not_found".into()),
                "{method} {path}"
            );
            let document = answer.json();
            let detail = document["detail"].as_str().unwrap();
            assert!(detail.contains("/api/openapi.json"), "{detail}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new().await;
    for (method, path, allow) in [
        ("POST", "/api/key", "GET,HEAD,DELETE"),
        ("OPTIONS", "/api/key", "GET,HEAD,DELETE"),
        ("TRACE", "/api/inventory", "GET,HEAD,POST"),
        ("PATCH", "/api/inventory/x", "GET,HEAD,PUT,DELETE"),
        ("PUT", "/api/leads", "GET,HEAD,POST"),
        ("PUT", "/api/leads/x", "GET,HEAD,PATCH,DELETE"),
        ("POST", "/healthz", "GET,HEAD"),
    ] {
        let answer = world.nobody().send(method, path, "").await;
        assert_eq!(
            answer.problem(),
            (405, "method_not_allowed".into()),
            "{method} {path}"
        );
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let world = World::new().await;
    let key = world.key().await;
    for path in [
        "/api/key",
        "/api/inventory",
        "/api/inventory/none",
        "/healthz",
    ] {
        let (get, head) = (key.get(path).await, key.send("HEAD", path, "").await);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{path}"
        );
        assert!(head.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_of_ours() {
    let world = World::new().await;
    let key = world.key().await.with("x-request-id", "theirs");
    let (one, other) = (key.get("/api/key").await, key.get("/api/key").await);
    assert_eq!(one.header("x-request-id").len(), 32);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn no_browser_of_another_site_may_read_an_answer() {
    let world = World::new().await;
    let key = world.key().await.with("origin", "https://evil.example");
    let answer = key.get("/api/key").await.expect(200);
    assert!(
        !answer
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"))
    );
}
