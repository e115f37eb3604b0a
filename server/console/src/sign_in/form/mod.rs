//! Forms that open and end sessions.

mod code;
mod sign_in;
mod sign_out;

pub use code::sign_in_code;
pub use sign_in::{sign_in, sign_in_account};
pub use sign_out::sign_out;

use super::show::content;
use super::view::Step;
use crate::fields::Fields;
use crate::render::{self, with_status};
use crate::{FormRequest, Visitor, cookies, see_other};
use axum::response::Response;
use domain::Failure;
use web::AppState;

/// Shows a step of signing in as the response to a form.
async fn show(request: &FormRequest<Fields>, step: Step) -> Response {
    let (state, visitor) = (&request.state, &request.visitor);
    render::answer(state, visitor, "/sign-in", content(step)).await
}

/// Shows a step again whose form was refused.
async fn refuse(request: &FormRequest<Fields>, failure: &Failure, step: Step) -> Response {
    with_status(show(request, step).await, failure)
}

/// Continues at the path `next` with a new session.
async fn open_session(state: &AppState, visitor: &Visitor, token: &str, next: &str) -> Response {
    set_session(state, visitor, token, see_other(next)).await
}

/// Adds the cookie of a new session to a response.
async fn set_session(
    state: &AppState,
    visitor: &Visitor,
    token: &str,
    mut response: Response,
) -> Response {
    visitor.end_session(state).await;
    cookies::set_session(&mut response, &state.public_url, token);
    response
}
