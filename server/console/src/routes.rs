//! All routes of the console.

use crate::{
    account, bulk, call, export, import, keys, page, refusals, rotation, settings, setup, sign_in,
    team, theme,
};
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodFilter as M, MethodRouter, on};
use web::{AppState, Route};

const fn route(method: M, path: &'static str, handler: fn(M) -> MethodRouter<AppState>) -> Route {
    Route {
        method,
        path,
        handler,
        direct: None,
        refusals: Vec::new,
    }
}

/// Routes for people, who authenticate with a session.
pub const ROUTES: &[Route] = &[
    route(M::GET, "/", |m| on(m, page::show)),
    route(M::GET, "/sign-in", |m| on(m, page::sign_in)),
    route(M::POST, "/sign-in", |m| on(m, sign_in::form::sign_in)),
    route(M::POST, "/sign-in/account", |m| {
        on(m, sign_in::form::sign_in_account)
    }),
    route(M::POST, "/sign-in/code", |m| {
        on(m, account::form::sign_in_code)
    }),
    route(M::POST, "/sign-out", |m| on(m, sign_in::form::sign_out)),
    route(M::POST, "/theme", |m| on(m, theme::theme)),
    route(M::GET, "/setup/{token}", |m| on(m, page::setup)),
    route(M::POST, "/setup/{token}", |m| on(m, setup::form::setup)),
    route(M::GET, "/keys", |m| on(m, page::show)),
    route(M::POST, "/keys", |m| on(m, keys::form::create_key)),
    route(M::GET, "/keys/new", |m| on(m, page::show)),
    route(M::GET, "/keys/events", |m| on(m, keys::events::keys)),
    route(M::GET, "/keys/found", |m| on(m, page::show)),
    route(M::POST, "/keys/found", |m| on(m, keys::form::identify_key)),
    route(M::GET, "/keys/several", |m| on(m, page::show)),
    route(M::POST, "/keys/several", |m| on(m, bulk::form::bulk_keys)),
    route(M::GET, "/keys/revoke-all", |m| on(m, page::show)),
    route(M::POST, "/keys/revoke-all", |m| {
        on(m, bulk::form::revoke_all)
    }),
    route(M::GET, "/keys/{id}", |m| on(m, page::show)),
    route(M::GET, "/keys/{id}/edit", |m| on(m, page::show)),
    route(M::GET, "/keys/{id}/first-call", |m| {
        on(m, keys::first_call::first_call)
    }),
    route(M::POST, "/keys/{id}/edit", |m| on(m, keys::form::edit_key)),
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
    route(M::GET, "/keys/{id}/revoke", |m| on(m, page::show)),
    route(M::POST, "/keys/{id}/revoke", |m| {
        on(m, keys::form::revoke_key)
    }),
    route(M::GET, "/keys/{id}/rotate", |m| on(m, page::show)),
    route(M::POST, "/keys/{id}/rotate", |m| {
        on(m, rotation::form::rotate_key)
    }),
    route(M::GET, "/inventory", |m| on(m, page::show)),
    route(M::GET, "/inventory/import", |m| on(m, import::start)),
    route(M::POST, "/inventory/import", |m| {
        on(m, import::upload).layer(DefaultBodyLimit::max(import::MAX_IMPORT))
    }),
    route(M::GET, "/inventory/import/{id}", |m| {
        on(m, import::describe)
    }),
    route(M::POST, "/inventory/import/{id}", |m| on(m, import::choose)),
    route(M::GET, "/inventory/import/{id}/preview", |m| {
        on(m, import::preview)
    }),
    route(M::GET, "/inventory/import/{id}/apply", |m| {
        on(m, import::redirect_to_preview)
    }),
    route(M::POST, "/inventory/import/{id}/apply", |m| {
        on(m, import::apply)
    }),
    route(M::POST, "/inventory/import/{id}/discard", |m| {
        on(m, import::discard)
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
    route(M::GET, "/leads", |m| on(m, page::show)),
    route(M::GET, "/leads/export.csv", |m| on(m, export::leads_csv)),
    route(M::GET, "/leads/export.jsonl", |m| {
        on(m, export::leads_json_lines)
    }),
    route(M::GET, "/docs", |m| on(m, page::docs)),
    route(M::GET, "/audit", |m| on(m, page::show)),
    route(M::GET, "/audit/log.csv", |m| on(m, export::audit_csv)),
    route(M::GET, "/audit/log.jsonl", |m| {
        on(m, export::audit_json_lines)
    }),
    route(M::GET, "/team", |m| on(m, page::show)),
    route(M::GET, "/team/invite", |m| on(m, page::show)),
    route(M::POST, "/team/invite", |m| on(m, team::form::invite)),
    route(M::POST, "/team/withdraw", |m| {
        on(m, team::form::withdraw_invitation)
    }),
    route(M::POST, "/team/second-factor", |m| {
        on(m, team::form::require_second_factor)
    }),
    route(M::GET, "/team/{id}", |m| on(m, page::show)),
    route(M::POST, "/team/{id}/role", |m| {
        on(m, team::form::change_role)
    }),
    route(M::POST, "/team/{id}/deactivate", |m| {
        on(m, team::form::deactivate_member)
    }),
    route(M::POST, "/team/{id}/reactivate", |m| {
        on(m, team::form::reactivate_member)
    }),
    route(M::POST, "/team/{id}/hand-over", |m| {
        on(m, team::form::hand_over)
    }),
    route(M::POST, "/team/{id}/reset", |m| {
        on(m, team::form::mail_reset)
    }),
    route(M::GET, "/account", |m| on(m, page::show)),
    route(M::POST, "/account/password", |m| {
        on(m, account::form::change_password)
    }),
    route(M::GET, "/account/second-factor", |m| {
        on(m, page::second_factor)
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
    route(M::GET, "/refusals", |m| on(m, page::show)),
    route(M::GET, "/refusals/new", |m| on(m, refusals::news)),
    route(M::GET, "/settings", |m| on(m, page::show)),
    route(M::POST, "/settings", |m| {
        on(m, settings::form::change_settings)
    }),
    route(M::POST, "/settings/key-creation", |m| {
        on(m, bulk::form::key_creation)
    }),
    route(M::POST, "/call/{*function}", |m| on(m, call::call)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use app::Page;

    #[test]
    fn each_page_of_the_table_has_a_route() {
        for page in Page::ALL.iter().filter(|page| **page != Page::NotFound) {
            let routes = ROUTES.iter().filter(|route| route.method == M::GET);
            let paths: Vec<_> = routes.map(|route| route.path).collect();
            assert!(paths.contains(&page.path()), "{page:?}");
        }
    }
}
