//! Whether the server is alive, and whether it can do its work.

use super::problem::Problem;
use crate::AppState;
use axum::extract::State;

/// Is the process alive?
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Server",
    operation_id = "alive",
    responses((status = 200, description = "The process answers", body = String, content_type = "text/plain"))
)]
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Can it verify keys, and change them?
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Server",
    operation_id = "ready",
    responses((status = 200, description = "Keys can be verified and changed", body = String, content_type = "text/plain"))
)]
pub async fn ready(State(state): State<AppState>) -> Result<&'static str, Problem> {
    if state.leaving.is_cancelled() {
        return Err(Problem::Stopping);
    }
    state.service.ready().await?;
    Ok("ok\n")
}
