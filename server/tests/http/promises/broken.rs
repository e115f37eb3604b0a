//! What breaks on our side: told without a word of its inside, and logged once under the id that the caller was told.

use crate::support::{Http, World};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use server::router::layered;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The lines at the level of errors that came since the last look.
    fn errors(&self) -> Vec<String> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines()
            .filter(|line| line.contains("ERROR"))
            .map(str::to_owned)
            .collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_fault_is_logged_once_under_the_id_that_the_caller_is_told() {
    let world = World::new().await;
    let owner = world.owner().await;
    let key = owner.create(&world, "Feed", &["inventory:read"]).await;
    world.sql("ALTER TABLE items RENAME TO things").await;
    let log = Log::default();
    let lines = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(lines);

    let answer = key.get("/api/inventory").await;
    assert_eq!(answer.problem(), (500, "internal".into()));
    assert!(
        !answer.body.contains("things") && !answer.body.contains("items"),
        "{}",
        answer.body
    );
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].contains(answer.header("x-request-id")) && errors[0].contains("no such table")
    );

    world.sql("ALTER TABLE api_keys RENAME TO things_too").await;
    let answer = owner.call("keys/list", &json!({})).await.expect(500);
    let told = answer.json()["internal"]["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains(&told) && errors[0].contains("no such table"));

    let page = owner.get("/inventory").await.expect(500);
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let (_, id) = errors[0].split_once("id=").unwrap();
    assert!(
        page.body.contains(&id[..32]) && !page.body.contains("no such table"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_as_such_everywhere() {
    let world = World::new().await;
    let owner = world.owner().await;
    let key = owner
        .create(
            &world,
            "Feed",
            &[
                "inventory:read",
                "inventory:write",
                "leads:read",
                "leads:write",
            ],
        )
        .await;
    world.store.close().await;
    for (method, path) in [
        ("GET", "/api/inventory"),
        ("DELETE", "/api/key"),
        ("DELETE", "/api/inventory/x"),
        ("GET", "/api/leads"),
        ("GET", "/api/leads/x"),
        ("DELETE", "/api/leads/x"),
    ] {
        assert_eq!(
            key.send(method, path, "").await.problem(),
            (503, "unavailable".into())
        );
    }
    for path in ["/", "/keys", "/inventory", "/leads", "/sign-in", "/nothing"] {
        owner.get(path).await.expect(503);
    }
    for (path, fields) in [
        ("/keys", &[("name", "n")][..]),
        ("/sign-out", &[]),
        ("/setup/x", &[]),
    ] {
        let answer = owner.form(path, fields).await.expect(503);
        assert!(answer.headers.contains_key("retry-after"), "{path}");
    }
    // Without a cookie there is no session to look up; the form itself finds out.
    world.nobody().get("/sign-in").await.expect(200);
    let fields = [
        ("email", "ada@example.com"),
        ("password", "correct horse battery"),
    ];
    let answer = world.nobody().form("/sign-in", &fields).await.expect(503);
    assert!(
        answer.body.contains("cannot reach its data") && answer.headers.contains_key("retry-after")
    );
}

#[tokio::test]
async fn a_handler_that_panics_is_a_fault_like_any_other() {
    let world = World::new().await;
    let routes = Router::new().route(
        "/api/panics",
        get(async || -> StatusCode { panic!("with a text that nobody shall see") }),
    );
    let http = Http::new(layered(routes, world.state.clone()));
    for _ in 0..2 {
        let answer = http.get("/api/panics").await;
        assert_eq!(answer.problem(), (500, "internal".into()));
        assert!(!answer.body.contains("nobody shall see"), "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.headers.contains_key("x-request-id"));
        assert!(answer.headers.contains_key("content-security-policy"));
    }
}
