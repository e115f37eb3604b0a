//! Responses for paths and methods without a route.

use crate::{AppState, Problem};
use axum::extract::{FromRequestParts as _, Request};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use console::{Visitor, plain_text, render};
use service::refusal::Refusal;
use web::http::address::is_api;

/// Answers with a file of the site, or else with the console's own page.
pub async fn not_found(state: &AppState, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let path = parts.uri.path();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return plain_text(StatusCode::NOT_FOUND, "There is nothing at this address.");
    }
    // Files are public, so they are served before the database is read.
    if let Some(file) = state.site.serve(&parts.method, path, &parts.headers) {
        return file;
    }
    match Visitor::from_request_parts(&mut parts, state).await {
        Ok(visitor) => render::not_found(state, &visitor, parts.uri.path()).await,
        Err(answer) => answer,
    }
}

/// Answers a request whose method the route does not have. axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> Response {
    if is_api(request.uri().path()) {
        Problem(Refusal::MethodNotAllowed).into_response()
    } else {
        plain_text(
            StatusCode::METHOD_NOT_ALLOWED,
            "This address does not support this method.",
        )
    }
}
