//! `POST /sign-out`

use crate::backend::failure;
use crate::{Visitor, cookies, flash, outcome_unknown, see_other, unavailable};
use app::request::Flash;
use axum::extract::State;
use axum::response::Response;
use domain::Failure;
use web::AppState;

const SIGN_IN: &str = "/sign-in";

/// Ends the session. If this fails, the page does not claim that the person is signed out.
pub async fn sign_out(State(state): State<AppState>, visitor: Visitor) -> Response {
    if let Some(token) = &visitor.token
        && let Err(error) = state
            .services
            .sessions
            .sign_out(token, &visitor.client)
            .await
    {
        return match failure(error, &visitor.request_id) {
            Failure::OutcomeUnknown => outcome_unknown(),
            _ => unavailable(),
        };
    }
    let mut response = see_other(SIGN_IN);
    cookies::forget_session(&mut response, &state.public_url);
    // The browser has no session any more when it shows the notice.
    let notice = Flash::new("signed-out");
    flash::add(&mut response, &state, None, SIGN_IN, &notice);
    response
}
