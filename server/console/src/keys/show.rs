//! `GET` of the list of keys, of the page of one key, and of the forms for them.

use super::view::{edit_key_page, key_page, new_key_page, revoke_key_page};
use super::{bulk_notice, page, parse, sparklines};
use crate::backend::ConsoleBackend;
use crate::fields::Fields;
use crate::list_parameters::{CORRECTED, CORRECTED_TEXT};
use crate::refused::Refused;
use crate::{Visit, see_other};
use app::Content;
use app::pages::HydratedPage;
use axum::http::Uri;
use axum::response::Response;
use domain::{
    ActivityPeriod, CreateKeyForm, EditKeyForm, Failure, KeyId, KeyPage, KeysPage, Preset,
    RevokeKeyForm, ScopeSet,
};
use service::keys::ChosenNetworks;

pub async fn list(uri: Uri, visit: Visit) -> Response {
    // Without script, browsers add a question mark to the address of a form without fields, such as
    // “Done”.
    if uri.query() == Some("") {
        return see_other(uri.path());
    }
    let mut data = visit.backend.list_keys(&visit.request.search).await;
    if let Ok(page) = &mut data {
        page.done = visit.request.flash.as_ref().and_then(bulk_notice::done);
        let corrected = (visit.request).flash(|word| (word == CORRECTED).then_some(CORRECTED_TEXT));
        let refused = page.context.refused.take();
        page.context.refused = refused.or_else(|| corrected.map(str::to_owned));
    }
    visit.show(HydratedPage::Keys(Box::new(data))).await
}

pub async fn new_key(mut visit: Visit) -> Response {
    let kept = visit.kept(read_create_form);
    let (form, failure) = Refused::parts(kept, || asked_for(&visit));
    let content = new_key_content(&visit.backend, form, failure).await;
    visit.show(content).await
}

pub async fn found_key(visit: Visit) -> Response {
    visit.show(HydratedPage::FoundKey).await
}

pub async fn key(visit: Visit) -> Response {
    let over = visit.asked("over").unwrap_or_default();
    let data = match visit.key_id() {
        Ok(id) => visit.backend.key(&id, ActivityPeriod::parse(&over)).await,
        Err(failure) => Err(failure),
    };
    visit.show(key_content(data)).await
}

pub async fn edit_key(mut visit: Visit) -> Response {
    let kept = visit.kept(read_edit_form);
    let content = edit_key_content(&visit.backend, visit.key_id(), kept).await;
    visit.show(content).await
}

pub async fn revoke_key(visit: Visit) -> Response {
    let content = revoke_key_content(&visit.backend, visit.key_id(), None).await;
    visit.show(content).await
}

/// Returns the form that creates a key with these values, possibly refused.
pub async fn new_key_content(
    backend: &ConsoleBackend,
    form: CreateKeyForm,
    failure: Option<Failure>,
) -> Content {
    let data = backend.list_keys_without_calls("").await;
    Content::loaded(data, move |data| {
        new_key_page(data, form.clone(), failure.clone())
    })
}

/// Reads the initial values of the form from the page's address.
fn asked_for(visit: &Visit) -> CreateKeyForm {
    let asked = |name| visit.asked(name).unwrap_or_default();
    CreateKeyForm {
        name: asked("name"),
        scopes: preset_scopes(&asked("preset"))
            .or_else(|| {
                ScopeSet::parse(&asked("scopes"))
                    .ok()
                    .map(|scopes| scope_names(&scopes))
            })
            .unwrap_or_default(),
        expires: asked("expires"),
        last_day: asked("last_day"),
        ..CreateKeyForm::default()
    }
}

/// Returns the form as it was sent.
pub fn read_create_form(fields: &Fields) -> CreateKeyForm {
    CreateKeyForm {
        name: fields.text("name"),
        scopes: fields.texts("scopes"),
        expires: fields.text("expires"),
        last_day: fields.text("last_day"),
        note: fields.text("note"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        allow_list: fields.text("allow_list"),
        token: fields.text("token"),
    }
}

/// Returns the form as it was sent.
pub fn read_edit_form(fields: &Fields) -> EditKeyForm {
    EditKeyForm {
        name: fields.text("name"),
        scopes: fields.texts("scopes"),
        last_day: fields.text("last_day"),
        note: fields.text("note"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        allow_list: fields.text("allow_list"),
        shut_out: fields.text("shut_out"),
        seen: fields.text("seen"),
    }
}

/// Returns the permissions of a preset as the form has them.
pub fn preset_scopes(name: &str) -> Option<Vec<String>> {
    Some(scope_names(&Preset::parse(name)?.scopes()))
}

fn scope_names(scopes: &ScopeSet) -> Vec<String> {
    let names = scopes.iter().map(|scope| scope.as_str().to_owned());
    names.collect()
}

/// Returns the page of a key.
pub fn key_content(data: Result<KeyPage, Failure>) -> Content {
    key_content_with(data, None)
}

/// Returns the page of a key, possibly with the refused form that chooses its allow list.
pub fn key_content_with(
    data: Result<KeyPage, Failure>,
    refused: Option<Refused<ChosenNetworks>>,
) -> Content {
    let render = move |data| key_page(data, refused.clone());
    Content::dated(data, |page| &page.now, render)
}

/// Returns the form that changes a key, possibly refused.
pub async fn edit_key_content(
    backend: &ConsoleBackend,
    id: Result<KeyId, Failure>,
    refused: Option<Refused<EditKeyForm>>,
) -> Content {
    let data = backend.key_of_form(id).await;
    Content::loaded(data, move |data| edit_key_page(data, refused.clone()))
}

/// Returns the form that revokes a key, possibly refused.
pub async fn revoke_key_content(
    backend: &ConsoleBackend,
    id: Result<KeyId, Failure>,
    refused: Option<Refused<RevokeKeyForm>>,
) -> Content {
    let data = backend.key_of_form(id).await;
    Content::loaded(data, move |data| revoke_key_page(data, refused.clone()))
}

impl ConsoleBackend {
    /// `search` is the query string of the page's address, without the question mark.
    pub async fn list_keys(&self, search: &str) -> Result<KeysPage, Failure> {
        let mut page = self.list_keys_without_calls(search).await?;
        let ids: Vec<_> = page.keys.iter().map(|key| key.id.clone()).collect();
        let week = self.state.services.keys.week_of_calls(self.member()?, &ids);
        // If the charts cannot be read, the list is shown without them.
        if let Ok(week) = self.map_failure(week.await) {
            page.sparklines = sparklines(&ids, &week);
        }
        Ok(page)
    }

    /// Returns the API Keys page without the calls of each key, which an open page does not follow.
    pub async fn list_keys_without_calls(&self, search: &str) -> Result<KeysPage, Failure> {
        let member = self.member()?;
        let (query, after) = parse(search)?;
        let list = (self.state.services.keys).list(member, &query, after.as_ref());
        let list = self.map_failure(list.await)?;
        let public_url = self.state.public_url.origin();
        Ok(page::list(list, query, member, public_url))
    }

    pub async fn key(&self, id: &KeyId, period: ActivityPeriod) -> Result<KeyPage, Failure> {
        let member = self.member()?;
        let details = self.state.services.keys.details(member, id, period);
        let details = self.map_failure(details.await)?;
        Ok(page::details(details, period, member))
    }

    async fn key_of_form(&self, id: Result<KeyId, Failure>) -> Result<KeyPage, Failure> {
        self.key(&id?, ActivityPeriod::default()).await
    }
}
