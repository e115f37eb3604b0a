//! Paths and methods that do not exist.

use crate::support::{Text as _, World};

#[tokio::test]
async fn unknown_path_is_refused_with_404_before_the_key_is_checked() {
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
            let response = world.anonymous().send(method, path, "").await;
            assert_eq!(
                response.problem(),
                (404, "not_found".into()),
                "{method} {path}"
            );
            let document = response.json();
            let detail = document["detail"].as_str().unwrap();
            detail.has("/api/openapi.json");
        }
    }
}

/// Base URLs that end with a slash or have a path, slashes at the end, and capitals.
#[tokio::test]
async fn mistyped_api_path_is_refused_with_a_problem_that_names_the_right_path() {
    let world = World::new().await;
    for (path, right_path) in [
        ("//api/inventory", "/api/inventory"),
        ("/api/inventory/", "/api/inventory"),
        ("/api//inventory", "/api/inventory"),
        ("/api/api/inventory", "/api/inventory"),
        ("/console/api/inventory/A", "/api/inventory/{id}"),
        ("///v1//api/leads/", "/api/leads"),
        ("/inventory/api/leads/x", "/api/leads/{id}"),
        ("/API/Key", "/api/key"),
        ("/console/api/openapi.json/", "/api/openapi.json"),
        ("/healthz/", "/healthz"),
        ("//readyz", "/readyz"),
        ("/console/api", ""),
        ("/console/api/nothing", ""),
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
        ] {
            // A browser of another site, or one with a session, is answered in the same way.
            let caller = world.anonymous().with("origin", "https://evil.example");
            let response = caller.send(method, path, "{}").await;
            assert_eq!(response.status, 404, "{method} {path}");
            assert_eq!(response.header("content-type"), "application/problem+json");
            assert_eq!(response.header("cache-control"), "no-store");
            assert_eq!(response.header("x-request-id").len(), 32, "{method} {path}");
            if method != "HEAD" {
                response.refusal(404, "not_found");
                let document = response.json();
                let detail = document["detail"].as_str().unwrap();
                let quoted = format!("`{right_path}`");
                assert!(
                    right_path.is_empty() || detail.contains(&quoted),
                    "{detail}"
                );
            }
        }
    }
}

/// A client without `/api` in its base URL would follow the redirect to the sign-in page, and take
/// its 200 for success.
#[tokio::test]
async fn console_page_refuses_an_api_key_and_names_the_api_path() {
    let (world, key) = World::with_key().await;
    let bearer = format!("Bearer {}", key.secret);
    let bearer = world.anonymous().with("authorization", bearer);
    for (method, path, right_path) in [
        ("POST", "/inventory", "`/api/inventory`"),
        ("GET", "/inventory", "`/api/inventory`"),
        ("GET", "/leads", "`/api/leads`"),
        ("GET", "/", "`/api/openapi.json`"),
        ("DELETE", "/key", "`/api/key`"),
        ("POST", "/call/create_key", "`/api/openapi.json`"),
    ] {
        for http in [&*key, &bearer] {
            let response = http.send(method, path, "{}").await;
            assert_eq!(response.problem(), (404, "not_found".into()), "{path}");
            let document = response.json();
            assert!(document["detail"].as_str().unwrap().contains(right_path));
        }
    }
}

#[tokio::test]
async fn console_paths_are_not_answered_with_problem_documents() {
    let world = World::new().await;
    for path in [
        "/",
        "/inventory",
        "/nothing",
        "/keys/api",
        "/apis",
        "/api.html",
    ] {
        let response = world.anonymous().get(path).await;
        assert!(!response.header("content-type").contains("json"), "{path}");
        assert_eq!(response.header("x-request-id"), "", "{path}");
    }
    // `Authorization` may be for a proxy.
    let proxied = world.anonymous().with("authorization", "Basic dXNlcg==");
    assert_eq!(proxied.get("/inventory").await.status, 303);
}

#[tokio::test]
async fn wrong_method_is_refused_with_the_allowed_methods() {
    let world = World::new().await;
    for (method, path, allow) in [
        ("POST", "/api/key", "GET,HEAD,DELETE"),
        ("OPTIONS", "/api/key", "GET,HEAD,DELETE"),
        ("TRACE", "/api/inventory", "GET,HEAD,POST"),
        ("POST", "/api/inventory/x", "GET,HEAD,PUT,PATCH,DELETE"),
        ("PUT", "/api/leads", "GET,HEAD,POST"),
        ("PUT", "/api/leads/x", "GET,HEAD,PATCH,DELETE"),
        ("POST", "/healthz", "GET,HEAD"),
    ] {
        let response = world.anonymous().send(method, path, "").await;
        assert_eq!(
            response.problem(),
            (405, "method_not_allowed".into()),
            "{method} {path}"
        );
        assert_eq!(response.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let (_world, key) = World::with_key().await;
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
async fn head_of_an_unknown_page_has_no_body() {
    let world = World::new().await;
    let anonymous = world.anonymous();
    for path in ["/nowhere", "/sign-in/"] {
        let (get, head) = (
            anonymous.get(path).await,
            anonymous.send("HEAD", path, "").await,
        );
        assert_eq!(head.status, 404, "{path}");
        assert_eq!(get.status, 404, "{path}");
        assert!(!get.body.is_empty() && head.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn every_response_has_a_new_request_id_that_the_caller_cannot_set() {
    let world = World::new().await;
    let key = world.key().await.with("x-request-id", "theirs");
    let (first, second) = (key.get("/api/key").await, key.get("/api/key").await);
    assert_eq!(first.header("x-request-id").len(), 32);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn responses_have_no_cors_headers() {
    let world = World::new().await;
    let key = world.key().await.with("origin", "https://evil.example");
    let response = key.get("/api/key").await.expect(200);
    assert!(
        !response
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"))
    );
}
