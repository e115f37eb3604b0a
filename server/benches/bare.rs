//! Baseline for `GET /api/key`: the same JSON from a bare axum route without authentication.

mod answer;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    let routes = Router::new().route("/api/key", get(answer::show));
    axum::serve(listener, routes).await
}
