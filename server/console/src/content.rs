//! The content of each page: the data that it loads, and the function that renders them.

use super::backend::ConsoleBackend;
use super::refusals::RefusalQuery;
use super::{
    account, audit, bulk, dashboard, emergency, error_pages, keys, refusals, rotation, settings,
    sign_in, team,
};
use app::pages::HydratedPage;
use app::request::{FormAnswer, PageRequest};
use app::{Content, Page};
use domain::{ActivityPeriod, AuditForm, BulkForm, Failure, InventoryQuery, KeyId};

/// Loads the content of a page.
pub async fn content(page: Page, request: &PageRequest, backend: &ConsoleBackend) -> Content {
    match page {
        Page::Dashboard => {
            let data = backend.dashboard().await;
            Content::dated(data, |page| &page.now, dashboard::view::dashboard_page)
        }
        Page::Keys => {
            let mut data = backend.list_keys(&request.search).await;
            if let Ok(page) = &mut data {
                page.done = request.flash.as_ref().and_then(bulk::done);
            }
            HydratedPage::Keys(Box::new(data)).into()
        }
        Page::NewKey => {
            let data = backend.list_keys_without_calls("").await;
            Content::loaded(data, keys::view::new_key_page)
        }
        Page::FoundKey => HydratedPage::FoundKey.into(),
        Page::BulkKeys => {
            let data = backend.bulk(&bulk_form(request)).await;
            Content::loaded(data, bulk::view::bulk_page)
        }
        Page::RevokeAll => {
            Content::loaded(backend.settings().await, emergency::view::revoke_all_page)
        }
        Page::Key => {
            let data = key(request, backend).await;
            Content::dated(data, |page| &page.now, keys::view::key_page)
        }
        Page::EditKey => Content::loaded(key(request, backend).await, keys::view::edit_key_page),
        Page::RevokeKey => {
            Content::loaded(key(request, backend).await, keys::view::revoke_key_page)
        }
        Page::RotateKey => {
            let data = match key_id(request) {
                Ok(id) => backend.rotation(&id).await,
                Err(failure) => Err(failure),
            };
            Content::loaded(data, rotation::view::rotate_key_page)
        }
        Page::Inventory => {
            let query = InventoryQuery {
                cursor: request.asked("cursor"),
                q: request.asked("q"),
            };
            HydratedPage::Inventory(backend.inventory(query).await).into()
        }
        Page::Leads => HydratedPage::Leads(backend.leads(request.asked("cursor")).await).into(),
        Page::Docs => HydratedPage::Docs.into(),
        Page::Audit => {
            let asked = |name| request.asked(name).unwrap_or_default();
            let form = AuditForm {
                who: asked("who"),
                what: asked("what"),
                thing: asked("thing"),
                from: asked("from"),
                to: asked("to"),
            };
            let data = backend.audit(form, request.asked("cursor")).await;
            Content::dated(data, |page| &page.now, audit::view::audit_page)
        }
        Page::Team => {
            let data = backend.team(request.asked("cursor")).await;
            Content::loaded(data, team::view::team_page)
        }
        Page::Invite => Content::loaded(backend.team(None).await, team::view::invite_page),
        Page::Member => {
            let data = backend.teammate(id(request)).await;
            Content::loaded(data, team::view::member_page)
        }
        Page::Account => Content::loaded(backend.account().await, account::view::account_page),
        Page::SecondFactor => Content::loaded(backend.enrolment().await, |data| {
            account::view::second_factor_page(data, None)
        }),
        Page::Settings => Content::loaded(backend.settings().await, settings::view::settings_page),
        Page::Refusals => {
            let query = RefusalQuery::read(|name| request.asked(name));
            let data = backend.refusals(query, request.asked("id"), request.asked("cursor"));
            Content::dated(data.await, |page| &page.now, refusals::view::refusals_page)
        }
        Page::SignIn => Content::new(sign_in::view::sign_in_page),
        // The handlers of these pages load their content themselves.
        Page::Setup
        | Page::FirstCall
        | Page::NewRefusals
        | Page::Import
        | Page::ImportedFile
        | Page::ImportPreview
        | Page::NotFound => Content::new(error_pages::not_found_page),
    }
}

/// Returns the content of a page that shows a failure in place of its data, for forms that have no
/// page of their own.
pub fn failed(page: Page, failure: Failure) -> Content {
    match page {
        Page::Key => Content::loaded(Err(failure), keys::view::key_page),
        Page::Team => Content::loaded(Err(failure), team::view::team_page),
        Page::Account => Content::loaded(Err(failure), account::view::account_page),
        _ => Content::loaded(Err(failure), settings::view::settings_page),
    }
}

async fn key(request: &PageRequest, backend: &ConsoleBackend) -> Result<domain::KeyPage, Failure> {
    let over = request.asked("over").unwrap_or_default();
    let period = ActivityPeriod::parse(&over);
    backend.key(&key_id(request)?, period).await
}

/// Returns the id in the address of a page such as `/keys/{id}`.
fn id(request: &PageRequest) -> &str {
    request.path.split('/').nth(2).unwrap_or_default()
}

fn key_id(request: &PageRequest) -> Result<KeyId, Failure> {
    KeyId::parse(id(request)).map_err(|_| Failure::NotFound)
}

/// Returns the bulk action and its keys, from the address or from the form that the page responds
/// to.
fn bulk_form(request: &PageRequest) -> BulkForm {
    if let Some(FormAnswer::Bulk { form, .. }) = &request.answer {
        return form.clone();
    }
    let keys = request.query.iter().filter(|(name, _)| name == "key");
    BulkForm {
        action: request.asked("do").unwrap_or_default(),
        keys: keys.map(|(_, id)| id.clone()).collect(),
        ..BulkForm::default()
    }
}
