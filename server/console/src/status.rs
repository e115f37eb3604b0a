//! HTTP status of a page that shows a failure.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::Failure;
use web::http::headers::RETRY_SECONDS;

/// Gives a page the status of the failure that it shows.
///
/// This is how a form that was submitted as a page is refused. A page that could not be rendered
/// keeps its own status, unless the failure is a fault of the server.
pub fn with_status(mut page: Response, failure: &Failure) -> Response {
    let status = status(failure);
    if !page.status().is_success() && !status.is_server_error() {
        return page;
    }
    *page.status_mut() = status;
    let retry_after = match failure {
        Failure::TooManyAttempts {
            retry_after_seconds,
        } => Some(*retry_after_seconds),
        Failure::Unavailable | Failure::PastDeadline | Failure::StorageLow | Failure::NotStored => {
            Some(RETRY_SECONDS)
        }
        _ => None,
    };
    if let Some(seconds) = retry_after {
        page.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}

const fn status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::SignedOut | Failure::WrongCredentials => StatusCode::UNAUTHORIZED,
        Failure::Forbidden | Failure::OwnersOnly | Failure::CreationStopped => {
            StatusCode::FORBIDDEN
        }
        Failure::NotFound => StatusCode::NOT_FOUND,
        Failure::Invalid { .. }
        | Failure::AlreadyCreated { .. }
        | Failure::AlreadyEnded
        | Failure::Outdated { .. }
        | Failure::BeingReplaced
        | Failure::QuotaExceeded { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        // An unknown outcome has no `Retry-After`, which would lead programs to repeat the change
        // automatically.
        Failure::Unavailable
        | Failure::PastDeadline
        | Failure::StorageLow
        | Failure::NotStored
        | Failure::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns whether the failure is a decision about the request that a page can also show if the
/// request was not for a change.
pub fn is_refusal(failure: &Failure) -> bool {
    matches!(
        status(failure),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY
    )
}
