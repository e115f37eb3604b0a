//! `GET /api/openapi.json`: the description of the API, which [`crate::docs`] generates.

use crate::AppState;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use web::http::accept_encoding::preferred;

/// Describe the API
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "Server",
    operation_id = "describe",
    responses((status = 200, description = "This document", body = Value))
)]
pub async fn show(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let mut response = state.documents.openapi.response(preferred(&headers));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
