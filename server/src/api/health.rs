//! Whether the server is alive, and whether it can do its work.

use super::problem::Problem;
use crate::AppState;
use axum::extract::State;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: keys can be verified.
pub async fn ready(State(state): State<AppState>) -> Result<&'static str, Problem> {
    state.service.ready().await?;
    Ok("ok\n")
}
