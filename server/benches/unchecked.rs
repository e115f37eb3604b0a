//! Second baseline for `GET /api/key`: the JSON of `bare` from our own server, again without
//! authentication.
//!
//! The server does everything that it does for every request. The remaining cost of `GET /api/key`
//! is the check of the key and the recording of its use.
//!
//! Argument: the folder of a database and its pepper.

mod answer;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use server::router::app;
use server::{
    AppState, BodyLimits, Group, Limits, PublicUrl, Route, TrustedProxies, documents,
    embedded_site, serve_listener,
};
use service::{OsRandom, Pepper, Services, SystemClock};
use std::path::Path;
use std::sync::Arc;
use storage::{OpenMode, sqlite};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Builds the state of our own server.
async fn state(folder: &Path) -> AppState {
    let pepper = std::fs::read_to_string(folder.join("pepper")).expect("a pepper");
    let store = sqlite::open(&folder.join("voxum.db"), OpenMode::ExistingOnly).await;
    let services = Services::open(
        Arc::new(store.expect("a database")),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
        Pepper::parse(&pepper).expect("a pepper"),
        String::new(),
    );
    let url = PublicUrl::parse("http://127.0.0.1").expect("an address");
    let documents = documents(&url);
    AppState::new(
        Arc::new(services.await.expect("the service opens")),
        embedded_site::for_this_process().expect("a site"),
        url,
        TrustedProxies::default(),
        None,
        BodyLimits::default(),
        documents,
    )
}

/// The route of the response.
fn unchecked() -> Route {
    Route {
        method: MethodFilter::GET,
        path: "/api/key",
        handler: |method| on(method, answer::show),
        direct: Some((Method::GET, |request, state| {
            Handler::call(answer::show, request, state)
        })),
        refusals: Vec::new,
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).expect("a folder");
    let app = app(
        &[(Group::Api, &[unchecked()])],
        state(Path::new(&folder)).await,
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    let (limits, tasks) = (Limits::new(1_000), TaskTracker::new());
    serve_listener(listener, None, app, limits, tasks, CancellationToken::new()).await;
    Ok(())
}
