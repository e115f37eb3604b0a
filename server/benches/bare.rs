//! What `GET /api/key` is compared with: the same JSON from a route that asks nobody who they are. It is bare axum's; with
//! the folder of a database and its pepper as an argument it is one of our own server, so that what is left is the check.

use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use server::router::app;
use server::{AppState, Limits, PublicUrl, Site, TrustedProxies, answer_all};
use service::{OsRandom, Pepper, Service, SystemClock};
use std::path::Path;
use std::sync::Arc;
use storage::{OpenMode, SqliteStore};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[derive(Serialize)]
struct Key {
    id: &'static str,
    name: &'static str,
    preview: &'static str,
    scopes: [&'static str; 2],
    status: &'static str,
    created_at: &'static str,
    expires_at: Option<&'static str>,
    last_used_at: Option<&'static str>,
    account: Account,
}

#[derive(Serialize)]
struct Account {
    id: &'static str,
    name: &'static str,
}

async fn show() -> Json<Key> {
    Json(Key {
        id: "key-0000000000000000000000000000077",
        name: "Inventory Integration",
        preview: "vx_4fT9aQ…",
        scopes: ["inventory:read", "inventory:write"],
        status: "active",
        created_at: "2026-01-31T08:00:00Z",
        expires_at: None,
        last_used_at: Some("2026-02-01T09:30:00Z"),
        account: Account {
            id: "0198c29e-0a11-7c3d-8e20-51d4c9f0b7aa",
            name: "My account",
        },
    })
}

/// Whatever our own server is made of.
async fn state(folder: &Path) -> AppState {
    let pepper = std::fs::read_to_string(folder.join("pepper")).expect("a pepper");
    let store = SqliteStore::open(&folder.join("voxum.db"), OpenMode::ExistingOnly).await;
    let service = Service::open(
        Arc::new(store.expect("a database")),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
        Pepper::parse(&pepper).expect("a pepper"),
        String::new(),
    );
    AppState::new(
        Arc::new(service.await.expect("the service opens")),
        Site::for_this_process().expect("a site"),
        PublicUrl::parse("http://127.0.0.1").expect("an address"),
        TrustedProxies::parse("").expect("none"),
    )
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let told = || println!("Listening on http://{address}");
    let Some(folder) = std::env::args().nth(1) else {
        told();
        return axum::serve(listener, Router::new().route("/api/key", get(show))).await;
    };
    let state = state(Path::new(&folder)).await;
    let app = app(Router::new().route("/api/key", get(show)), state);
    told();
    let (limits, tasks) = (Limits::new(1_000), TaskTracker::new());
    answer_all(listener, None, app, limits, tasks, CancellationToken::new()).await;
    Ok(())
}
