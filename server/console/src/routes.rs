//! All routes of the console.

use crate::{
    account, audit, bulk, call, dashboard, docs, export, import, inventory, keys, leads, requests,
    rotation, search, settings, setup, sign_in, team, theme,
};
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodFilter as M, MethodRouter, on};
use std::sync::LazyLock;
use web::{AppState, Route};

/// Routes for people, who authenticate with a session.
pub static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| pages().into_iter().chain(forms()).chain(others()).collect());

const fn route(method: M, path: &'static str, handler: fn(M) -> MethodRouter<AppState>) -> Route {
    Route {
        method,
        path,
        handler,
        direct: None,
        refusals: Vec::new,
    }
}

macro_rules! define_pages {
    ($($page:ident $($handler:ident)::+;)*) => {
        /// Returns the `GET` of each page of the table.
        fn pages() -> Vec<Route> {
            vec![$(route(M::GET, app::Page::$page.path(), |m| on(m, $($handler)::+)),)*]
        }
    };
}

app::with_pages!(define_pages);

/// Returns the forms, which browsers submit without script.
fn forms() -> Vec<Route> {
    vec![
        route(M::POST, "/sign-in", |m| on(m, sign_in::form::sign_in)),
        route(M::POST, "/sign-in/account", |m| {
            on(m, sign_in::form::sign_in_account)
        }),
        route(M::POST, "/sign-in/code", |m| {
            on(m, sign_in::form::sign_in_code)
        }),
        route(M::POST, "/sign-out", |m| on(m, sign_in::form::sign_out)),
        route(M::POST, "/theme", |m| on(m, theme::theme)),
        route(M::POST, "/setup/{token}", |m| on(m, setup::form::setup)),
        route(M::POST, "/keys", |m| on(m, keys::form::create_key)),
        route(M::POST, "/keys/new", |m| on(m, keys::form::apply_preset)),
        route(M::POST, "/keys/found", |m| on(m, keys::form::identify_key)),
        route(M::POST, "/keys/several", |m| on(m, bulk::form::bulk_keys)),
        route(M::POST, "/keys/revoke-all", |m| {
            on(m, settings::form::revoke_all)
        }),
        route(M::POST, "/keys/{id}/edit", |m| on(m, keys::form::edit_key)),
        route(M::POST, "/keys/{id}/undo", |m| on(m, keys::form::undo_edit)),
        route(M::POST, "/keys/{id}/pause", |m| {
            on(m, keys::form::pause_key)
        }),
        route(M::POST, "/keys/{id}/resume", |m| {
            on(m, keys::form::resume_key)
        }),
        route(M::POST, "/keys/{id}/watch", |m| {
            on(m, keys::form::watch_key)
        }),
        route(M::POST, "/keys/{id}/enforce", |m| {
            on(m, keys::form::enforce_networks)
        }),
        route(M::POST, "/keys/{id}/revoke", |m| {
            on(m, keys::form::revoke_key)
        }),
        route(M::POST, "/keys/{id}/rotate", |m| {
            on(m, rotation::form::rotate_key)
        }),
        route(M::POST, "/inventory/import", |m| {
            on(m, import::upload).layer(DefaultBodyLimit::max(import::MAX_IMPORT))
        }),
        route(M::POST, "/inventory/import/{id}", |m| on(m, import::choose)),
        route(M::POST, "/inventory/import/{id}/apply", |m| {
            on(m, import::apply)
        }),
        route(M::POST, "/inventory/import/{id}/discard", |m| {
            on(m, import::discard)
        }),
        route(M::POST, "/team/invite", |m| on(m, team::form::invite)),
        route(M::POST, "/team/withdraw", |m| {
            on(m, team::form::withdraw_invitation)
        }),
        route(M::POST, "/team/second-factor", |m| {
            on(m, team::form::require_second_factor)
        }),
        route(M::POST, "/team/{id}/reset", |m| {
            on(m, team::form::mail_reset)
        }),
        route(M::POST, "/team/{id}/role", |m| {
            on(m, team::form::change_role)
        }),
        route(M::POST, "/team/{id}/deactivate", |m| {
            on(m, team::form::deactivate_member)
        }),
        route(M::POST, "/team/{id}/reactivate", |m| {
            on(m, team::form::reactivate_member)
        }),
        route(M::POST, "/team/{id}/sessions", |m| {
            on(m, team::form::end_sessions)
        }),
        route(M::POST, "/team/{id}/hand-over", |m| {
            on(m, team::form::hand_over)
        }),
        route(M::POST, "/account/password", |m| {
            on(m, account::form::change_password)
        }),
        route(M::POST, "/account/second-factor", |m| {
            on(m, account::form::enable_second_factor)
        }),
        route(M::POST, "/account/second-factor/off", |m| {
            on(m, account::form::disable_second_factor)
        }),
        route(M::POST, "/account/recovery-codes", |m| {
            on(m, account::form::renew_recovery_codes)
        }),
        route(M::POST, "/account/sessions", |m| {
            on(m, account::form::end_sessions)
        }),
        route(M::POST, "/settings", |m| {
            on(m, settings::form::change_settings)
        }),
        route(M::POST, "/settings/key-creation", |m| {
            on(m, settings::form::key_creation)
        }),
    ]
}

/// Returns the files and streams, and the calls of hydrated pages.
fn others() -> Vec<Route> {
    vec![
        route(M::GET, "/keys/events", |m| on(m, keys::events::keys)),
        route(M::GET, "/inventory/import/{id}/apply", |m| {
            on(m, import::redirect_to_preview)
        }),
        route(M::GET, "/inventory/import/{id}/faults.csv", |m| {
            on(m, import::faults)
        }),
        route(M::GET, "/inventory/export.csv", |m| {
            on(m, export::items_csv)
        }),
        route(M::GET, "/inventory/export.jsonl", |m| {
            on(m, export::items_json_lines)
        }),
        route(M::GET, "/inventory/template.csv", |m| {
            on(m, export::template)
        }),
        route(M::GET, "/leads/export.csv", |m| on(m, export::leads_csv)),
        route(M::GET, "/leads/export.jsonl", |m| {
            on(m, export::leads_json_lines)
        }),
        route(M::GET, "/audit/log.csv", |m| on(m, export::audit_csv)),
        route(M::GET, "/audit/log.jsonl", |m| {
            on(m, export::audit_json_lines)
        }),
        route(M::POST, "/call/{*function}", |m| on(m, call::call)),
    ]
}
