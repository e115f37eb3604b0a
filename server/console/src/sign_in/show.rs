//! `GET /sign-in`

use super::view::{Step, sign_in_page};
use crate::return_path::same_site;
use crate::visit::Visit;
use crate::{Visitor, see_other};
use app::{Content, Page};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use web::AppState;

/// Shows the page, if the visitor is not signed in yet. Members who first have to set up a second
/// factor are redirected here by every page.
pub async fn sign_in(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.factor_due.is_some() {
        return see_other(Page::SecondFactor.path());
    }
    let is_member = visitor.member.is_some();
    // Signing out deletes the session's cookie, so this session has ended in another way.
    let has_ended = visitor.token.is_some();
    let visit = Visit::new(&state, visitor, &uri);
    let next = visit.asked("next").unwrap_or_default();
    if is_member {
        return see_other(same_site(&next));
    }
    let step = Step::Password {
        email: String::new(),
        next,
        has_ended,
        failure: None,
    };
    visit.show(content(step)).await
}

/// Returns the page at a step of signing in.
pub fn content(step: Step) -> Content {
    Content::new(move || sign_in_page(step.clone()))
}
