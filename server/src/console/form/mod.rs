//! The forms that browsers send by themselves, one a file. A refusal is the form's own page again, with what was
//! typed and what is wrong; a success leads elsewhere, so that a reload sends nothing twice.

mod create_key;
mod revoke_key;
mod setup;
mod sign_in;
mod sign_out;
mod theme;

pub use create_key::create_key;
pub use revoke_key::revoke_key;
pub use setup::setup;
pub use sign_in::sign_in;
pub use sign_out::sign_out;
pub use theme::theme;

use super::{Visitor, render};
use crate::AppState;
use crate::headers::RETRY_SECONDS;
use app::request::FormAnswer;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::Failure;

/// The form's page again. What the form itself shows is an answer like any other (200); the status says more only
/// where a program that reads it should do something about it.
async fn refuse(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    failure: &Failure,
    answer: FormAnswer,
) -> Response {
    with_status(render::answer(state, visitor, path, answer).await, failure)
}

fn with_status(mut page: Response, failure: &Failure) -> Response {
    let (status, wait) = match failure {
        Failure::TooManyAttempts {
            retry_after_seconds,
        } => (
            Some(StatusCode::TOO_MANY_REQUESTS),
            Some(*retry_after_seconds),
        ),
        Failure::Unavailable => (Some(StatusCode::SERVICE_UNAVAILABLE), Some(RETRY_SECONDS)),
        Failure::Internal { .. } => (Some(StatusCode::INTERNAL_SERVER_ERROR), None),
        Failure::NotFound => (Some(StatusCode::NOT_FOUND), None),
        _ => (None, None),
    };
    if let Some(status) = status {
        *page.status_mut() = status;
    }
    if let Some(seconds) = wait {
        page.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}
