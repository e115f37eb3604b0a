//! Forms that browsers submit without script.
//!
//! A refusal shows the page of the form again, with what was typed, what is wrong and the status of
//! the failure (401, 403, 422 or 429). A success redirects, so that a reload submits nothing twice.

use crate::render::with_status;
use crate::{Visitor, render};
use app::request::FormAnswer;
use axum::response::Response;
use domain::Failure;
use web::AppState;

/// Shows the page of the form again.
pub async fn refuse(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    failure: &Failure,
    answer: FormAnswer,
) -> Response {
    with_status(render::answer(state, visitor, path, answer).await, failure)
}
