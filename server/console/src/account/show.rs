//! `GET` of a member's own account, and of setting up two-factor authentication.

use super::page;
use super::view::{RefusedForm, account_page, second_factor_page};
use crate::backend::ConsoleBackend;
use crate::return_path::sign_in_url;
use crate::visit::{Visit, current_path};
use crate::{Visitor, see_other};
use app::Content;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::{AccountPage, Enrolment, Failure};
use web::AppState;

pub async fn account(visit: Visit) -> Response {
    let data = visit.backend.account().await;
    visit.show(content(data, None)).await
}

/// Shows the page that sets up a second factor, also for members who may see no other page.
pub async fn second_factor(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.enrolling_member().is_none() {
        return see_other(&sign_in_url(current_path(&uri)));
    }
    let visit = Visit::new(&state, visitor, &uri);
    let data = visit.backend.enrolment().await;
    visit.show(second_factor_content(data, None)).await
}

/// Returns the account page, possibly with a form that was refused.
pub fn content(data: Result<AccountPage, Failure>, refused: Option<RefusedForm>) -> Content {
    Content::loaded(data, move |data| account_page(data, refused.clone()))
}

/// Returns the page that sets up two-factor authentication, possibly after a refusal.
pub fn second_factor_content(
    data: Result<Enrolment, Failure>,
    refused: Option<Failure>,
) -> Content {
    Content::loaded(data, move |data| second_factor_page(data, refused.clone()))
}

impl ConsoleBackend {
    /// Returns the member's own account page.
    pub async fn account(&self) -> Result<AccountPage, Failure> {
        let (token, member) = (self.token()?, self.member()?);
        let access = self.map_failure(self.state.services.access.overview(member, token).await)?;
        Ok(page::account(access, member, self.now()))
    }

    /// Generates a new secret for the member's authenticator app.
    async fn enrolment(&self) -> Result<Enrolment, Failure> {
        let member = self.enrolling()?;
        self.map_failure(self.state.services.access.enrolment(member).await)
    }
}
