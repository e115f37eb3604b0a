//! Internal errors: their responses reveal no internals, and each is logged once under the id that
//! the caller received.

use crate::support::{ALL_SCOPES, INVENTORY, TestClient, Text as _, World};
use axum::http::StatusCode;
use axum::routing::{MethodFilter, on};
use serde_json::json;
use server::router::app;
use server::{Group, LogFormat, Route};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::{ThreadId, current};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;

/// A log that can be read by the thread that wrote it: all tests of a process share one log, and
/// each test has a thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<HashMap<ThreadId, Vec<u8>>>>);

impl Log {
    fn of_this_process() -> Self {
        static LOG: LazyLock<Log> = LazyLock::new(|| {
            let (log, errors) = (Log::default(), Targets::new().with_default(Level::ERROR));
            let lines = server::log(errors, LogFormat::Text, false, log.clone());
            tracing::subscriber::set_global_default(lines).unwrap();
            log
        });
        LOG.clone()
    }

    /// Returns the lines at error level since the last call.
    fn errors(&self) -> Vec<String> {
        let buffer = self.0.lock().unwrap().remove(&current().id());
        let text = String::from_utf8(buffer.unwrap_or_default()).unwrap();
        text.lines()
            .filter(|line| line.contains("ERROR"))
            .map(str::to_owned)
            .collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut threads = self.0.lock().unwrap();
        let buffer = threads.entry(current().id()).or_default();
        buffer.extend_from_slice(bytes);
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
async fn internal_error_is_logged_once_with_the_request_id_of_its_response() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    world.sql("ALTER TABLE items RENAME TO things").await;
    let log = Log::of_this_process();

    let response = key.get("/api/inventory").await;
    response.refusal(500, "internal");
    response.lacks_all(["things", "items"]);
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].contains(response.header("x-request-id")) && errors[0].contains("no such table")
    );
    assert!(errors[0].contains("method=\"GET\" route=\"/api/inventory\""));

    // Handled in a separate task, but logged with the same request.
    let idempotent_key = key.with("idempotency-key", "one");
    let idempotent_key = idempotent_key.with("content-type", "application/json");
    let item = r#"{ "items": [ { "id": "1", "name": "n", "price": 1 } ] }"#;
    let response = idempotent_key.send("POST", "/api/inventory", item).await;
    response.refusal(500, "internal");
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains(response.header("x-request-id")));

    world.sql("ALTER TABLE api_keys RENAME TO things_too").await;
    let response = owner.call("keys/list", &json!({})).await.expect(500);
    let request_id = response.json()["internal"]["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains(&request_id) && errors[0].contains("no such table"));

    let page = owner.get("/inventory").await.expect(500);
    let errors = log.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let (_, id) = errors[0].split_once("id=").unwrap();
    page.has(&id[..32]);
    page.lacks("no such table");
}

#[tokio::test]
async fn api_and_console_respond_with_503_when_the_database_is_closed() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    world.store.close().await;
    for (method, path) in [
        ("GET", "/api/inventory"),
        ("DELETE", "/api/key"),
        ("DELETE", "/api/inventory/x"),
        ("GET", "/api/leads"),
        ("GET", "/api/leads/x"),
        ("DELETE", "/api/leads/x"),
    ] {
        key.send(method, path, "").await.refusal(503, "unavailable");
    }
    for path in ["/", "/keys", "/inventory", "/leads", "/sign-in", "/nothing"] {
        owner.get(path).await.expect(503);
    }
    for (path, fields) in [
        ("/keys", &[("name", "n")][..]),
        ("/sign-out", &[]),
        ("/setup/x", &[]),
    ] {
        let response = owner.form(path, fields).await.expect(503);
        assert!(response.headers.contains_key("retry-after"), "{path}");
    }
    // Without a cookie there is no session to look up, so only the form itself meets the error.
    world.anonymous().get("/sign-in").await.expect(200);
    let fields = [
        ("email", "ada@example.com"),
        ("password", "correct horse battery"),
    ];
    let response = world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(503);
    assert!(
        response.body.contains("can't reach the database")
            && response.headers.contains_key("retry-after")
    );
}

#[tokio::test]
async fn panicking_handler_responds_with_an_internal_error() {
    let world = World::new().await;
    let panics = Route {
        method: MethodFilter::GET,
        path: "/api/panics",
        handler: |method| {
            on(method, async || -> StatusCode {
                panic!("with a text that nobody shall see")
            })
        },
        direct: None,
        refusals: Vec::new,
    };
    let tables = [(Group::Api, &[panics][..])];
    let http = TestClient::new(app(&tables, world.state.clone()));
    for _ in 0..2 {
        let response = http.get("/api/panics").await;
        response.refusal(500, "internal");
        response.lacks("nobody shall see");
        assert_eq!(response.header("cache-control"), "no-store");
        assert!(response.headers.contains_key("x-request-id"));
        assert!(response.headers.contains_key("content-security-policy"));
    }
}
