//! `GET /settings` and `/keys/revoke-all`

use super::emergency::revoke_all_page;
use super::page;
use super::view::settings_page;
use crate::Visit;
use crate::backend::ConsoleBackend;
use crate::form::Refused;
use app::Content;
use axum::response::Response;
use domain::{Failure, SettingsForm, SettingsPage};

pub async fn settings(visit: Visit) -> Response {
    let data = visit.backend.settings().await;
    visit.show(content(data, None)).await
}

pub async fn revoke_all(visit: Visit) -> Response {
    let content = revoke_all_content(&visit.backend, None).await;
    visit.show(content).await
}

/// Returns the settings, possibly with a form that was refused.
pub fn content(
    data: Result<SettingsPage, Failure>,
    refused: Option<Refused<SettingsForm>>,
) -> Content {
    Content::loaded(data, move |data| settings_page(data, refused.clone()))
}

/// Returns the confirmation before all keys are revoked, possibly refused, with what was typed.
pub async fn revoke_all_content(
    backend: &ConsoleBackend,
    refused: Option<Refused<String>>,
) -> Content {
    let data = backend.settings().await;
    Content::loaded(data, move |data| revoke_all_page(data, refused.clone()))
}

impl ConsoleBackend {
    pub async fn settings(&self) -> Result<SettingsPage, Failure> {
        let member = self.member()?;
        let overview = self.map_failure(self.state.services.accounts.overview(member).await)?;
        Ok(page::settings(overview, member))
    }
}
