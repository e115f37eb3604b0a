//! `GET /api/openapi.json`: the description of the API, which [`crate::docs`] generates.

use crate::AppState;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// Describe the API
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "Server",
    operation_id = "describe",
    responses((status = 200, description = "This document", body = Value))
)]
pub async fn show(State(state): State<AppState>) -> Response {
    (
        [(CONTENT_TYPE, "application/json")],
        state.documents.openapi.clone(),
    )
        .into_response()
}
