//! `GET /api/openapi.json`: the description of the API, which [`crate::docs`] generates.

use crate::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use web::http::accept_encoding::preferred;
use web::http::compression::compress;

/// Describe the API
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "Server",
    operation_id = "describe",
    responses((status = 200, description = "This document", body = Value))
)]
pub async fn show(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let document = (
        [(CONTENT_TYPE, "application/json")],
        state.documents.openapi.clone(),
    );
    // It is public, and the same for every caller.
    compress(document.into_response(), preferred(&headers), || true).await
}
