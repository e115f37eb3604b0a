//! Baseline for `GET /api/key`: the same JSON from a bare axum route without authentication.

mod answer;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, answer::routes()).await
}
