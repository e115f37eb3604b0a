//! Page of the console for a parameter that is too long or repeated.
//!
//! [`web::parameter_limits`] has the limits.

use crate::AppState;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use console::{Visitor, render};
use web::parameter_limits::{TooLong, repeated};

/// Answers a request to the console with a page if one of its parameters is too long, or repeated.
pub async fn limit_lengths(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(too_long) = TooLong::check_head(&parts) {
        return too_long_page(&state, parts, &too_long).await;
    }
    if let Some(name) = repeated(parts.uri.query().unwrap_or_default()) {
        return match Visitor::from_request_parts(&mut parts, &state).await {
            Ok(visitor) => render::repeated(&state, &visitor, parts.uri.path(), &name).await,
            Err(answer) => answer,
        };
    }
    // The length of form fields is known only once the handler has read the form.
    let head = (parts.method == Method::POST).then(|| parts.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    match (head, response.extensions_mut().remove::<TooLong>()) {
        (Some(head), Some(too_long)) => too_long_page(&state, head, &too_long).await,
        _ => response,
    }
}

async fn too_long_page(state: &AppState, mut parts: Parts, too_long: &TooLong) -> Response {
    match Visitor::from_request_parts(&mut parts, state).await {
        Ok(visitor) => render::too_long(state, &visitor, parts.uri.path(), too_long).await,
        Err(answer) => answer,
    }
}
