//! Liveness and readiness of the server.

use super::problem::Problem;
use crate::AppState;
use axum::extract::State;
use service::refusal::Refusal;
use std::fmt::Write as _;

/// Line of `/readyz` while feeds and leads are refused.
pub const STORAGE_LOW: &str = "storage_low\n";
/// Beginning of the line of `/readyz` with the number of revocations and pauses that only this node
/// enforces.
pub const NOT_STORED: &str = "not_stored";

/// Liveness check
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Server",
    operation_id = "alive",
    responses((status = 200, description = "The process is alive", body = String, content_type = "text/plain"))
)]
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Readiness check
///
/// A node that refuses a key from memory stays ready, since no other node refuses that key. The
/// lines after the first report problems for its operator.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Server",
    operation_id = "ready",
    responses((status = 200, description = "Keys can be verified and changed", body = String, content_type = "text/plain"))
)]
pub async fn ready(State(state): State<AppState>) -> Result<String, Problem> {
    if state.leaving.is_cancelled() {
        return Err(Refusal::Stopping.into());
    }
    state.services.check_readiness().await?;
    let node_metrics = state.services.node_metrics();
    let mut text = "ok\n".to_owned();
    if node_metrics.storage_low {
        text.push_str(STORAGE_LOW);
    }
    if node_metrics.not_stored > 0 {
        let _ = writeln!(text, "{NOT_STORED}: {}", node_metrics.not_stored);
    }
    Ok(text)
}
