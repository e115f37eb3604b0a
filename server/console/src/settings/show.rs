//! `GET /settings` and `/keys/revoke-all`

use super::emergency::revoke_all_page;
use super::page;
use super::view::settings_page;
use crate::Visit;
use crate::backend::ConsoleBackend;
use crate::fields::Fields;
use crate::refused::Refused;
use app::Content;
use axum::response::Response;
use domain::{Failure, SettingsForm, SettingsPage};

pub async fn settings(mut visit: Visit) -> Response {
    let data = visit.backend.settings().await;
    // The page of a question shows no form of the settings.
    let asks = visit.asked("ask").is_some();
    let kept = if asks { None } else { visit.kept(read_form) };
    visit.show(content(data, kept)).await
}

pub async fn revoke_all(visit: Visit) -> Response {
    let content = revoke_all_content(&visit.backend, None).await;
    visit.show(content).await
}

/// Returns the form as it was sent.
pub fn read_form(fields: &Fields) -> SettingsForm {
    SettingsForm {
        account_name: fields.text("account_name"),
        currency: fields.text("currency"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        time_zone: fields.text("time_zone"),
        keys_must_expire: !fields.text("keys_must_expire").is_empty(),
        key_max_days: fields.text("key_max_days"),
        seen: fields.text("seen"),
    }
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
