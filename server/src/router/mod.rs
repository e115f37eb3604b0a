//! All routes of the server, and the steps that lead a request to its handler.
//!
//! The tables are data, so that tests can walk them: a route that no test knows fails one.
//! [`Pipeline`] takes each request through its steps, and `routes` finds its handler.

mod fallback;
mod length_limits;
mod pipeline;
mod routes;

pub use pipeline::Pipeline;
pub use routes::Route;

use crate::AppState;
use crate::api::idempotency::idempotent;
use crate::api::scoped::{InventoryWrite, LeadsCreate, LeadsWrite};
use crate::api::{health, inventory, key, leads, openapi, refusals};
use crate::console::{call, events, export, first_call, form, import, page};
use crate::metrics::Group;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter as M, MethodRouter, on};
use routes::Routes;
use service::refusal::Refusal;

const fn route(method: M, path: &'static str, handler: fn(M) -> MethodRouter<AppState>) -> Route {
    described(method, path, handler, Vec::new)
}

/// Route whose refusals the description of the API lists.
const fn described(
    method: M,
    path: &'static str,
    handler: fn(M) -> MethodRouter<AppState>,
    refusals: fn() -> Vec<Refusal>,
) -> Route {
    Route {
        method,
        path,
        handler,
        direct: None,
        refusals,
    }
}

/// Route of the API to a handler that nothing surrounds.
macro_rules! direct {
    ($method:ident, $path:literal, $handler:path) => {
        Route {
            method: M::$method,
            path: $path,
            handler: |m| on(m, $handler),
            direct: Some((Method::$method, |request, state| {
                Handler::call($handler, request, state)
            })),
            refusals: || refusals::of($handler),
        }
    };
}

/// Route of the API to a handler that runs once for each idempotency key.
macro_rules! idempotent {
    ($method:ident, $path:literal, $permission:ty, $handler:path) => {
        described(
            M::$method,
            $path,
            |m| idempotent::<$permission, _, _>(m, $handler),
            || refusals::of($handler),
        )
    };
}

/// Routes for integrations, which authenticate with an API key.
///
/// The extractor in each handler's arguments names the permission. Every POST and PATCH goes
/// through `idempotent`.
pub const API: &[Route] = &[
    direct!(GET, "/api/key", key::show),
    direct!(DELETE, "/api/key", key::revoke),
    direct!(GET, "/api/inventory", inventory::list),
    idempotent!(POST, "/api/inventory", InventoryWrite, inventory::push),
    // This route shadows `GET` for an item whose id is `changes`, which is at
    // `/api/inventory/%63hanges`.
    described(
        M::GET,
        "/api/inventory/changes",
        |m| {
            on(m, inventory::changes)
                .put(inventory::put)
                .delete(inventory::delete)
                .merge(idempotent::<InventoryWrite, _, _>(
                    M::PATCH,
                    inventory::edit,
                ))
        },
        || refusals::of(inventory::changes),
    ),
    direct!(GET, "/api/inventory/{id}", inventory::show),
    direct!(PUT, "/api/inventory/{id}", inventory::put),
    idempotent!(
        PATCH,
        "/api/inventory/{id}",
        InventoryWrite,
        inventory::edit
    ),
    direct!(DELETE, "/api/inventory/{id}", inventory::delete),
    direct!(GET, "/api/leads", leads::list),
    idempotent!(POST, "/api/leads", LeadsCreate, leads::create),
    direct!(GET, "/api/leads/{id}", leads::show),
    idempotent!(PATCH, "/api/leads/{id}", LeadsWrite, leads::edit),
    direct!(DELETE, "/api/leads/{id}", leads::erase),
];

/// Routes for monitoring and for readers of the API description, without a key or a session.
pub const OPEN: &[Route] = &[
    route(M::GET, "/api/openapi.json", |m| on(m, openapi::show)),
    route(M::GET, "/healthz", |m| on(m, health::alive)),
    described(
        M::GET,
        "/readyz",
        |m| on(m, health::ready),
        || vec![Refusal::Unavailable],
    ),
];

/// Routes for people, who authenticate with a session.
pub const CONSOLE: &[Route] = &[
    route(M::GET, "/", |m| on(m, page::show)),
    route(M::GET, "/sign-in", |m| on(m, page::sign_in)),
    route(M::POST, "/sign-in", |m| on(m, form::sign_in)),
    route(M::POST, "/sign-in/account", |m| {
        on(m, form::sign_in_account)
    }),
    route(M::POST, "/sign-in/code", |m| on(m, form::sign_in_code)),
    route(M::POST, "/sign-out", |m| on(m, form::sign_out)),
    route(M::POST, "/theme", |m| on(m, form::theme)),
    route(M::GET, "/setup/{token}", |m| on(m, page::setup)),
    route(M::POST, "/setup/{token}", |m| on(m, form::setup)),
    route(M::GET, "/keys", |m| on(m, page::show)),
    route(M::POST, "/keys", |m| on(m, form::create_key)),
    route(M::GET, "/keys/new", |m| on(m, page::show)),
    route(M::GET, "/keys/events", |m| on(m, events::keys)),
    route(M::GET, "/keys/found", |m| on(m, page::show)),
    route(M::POST, "/keys/found", |m| on(m, form::identify_key)),
    route(M::GET, "/keys/several", |m| on(m, page::show)),
    route(M::POST, "/keys/several", |m| on(m, form::bulk_keys)),
    route(M::GET, "/keys/revoke-all", |m| on(m, page::show)),
    route(M::POST, "/keys/revoke-all", |m| on(m, form::revoke_all)),
    route(M::GET, "/keys/{id}", |m| on(m, page::show)),
    route(M::GET, "/keys/{id}/edit", |m| on(m, page::show)),
    route(M::GET, "/keys/{id}/first-call", |m| on(m, first_call)),
    route(M::POST, "/keys/{id}/edit", |m| on(m, form::edit_key)),
    route(M::POST, "/keys/{id}/pause", |m| on(m, form::pause_key)),
    route(M::POST, "/keys/{id}/resume", |m| on(m, form::resume_key)),
    route(M::POST, "/keys/{id}/watch", |m| on(m, form::watch_key)),
    route(M::POST, "/keys/{id}/enforce", |m| {
        on(m, form::enforce_networks)
    }),
    route(M::GET, "/keys/{id}/revoke", |m| on(m, page::show)),
    route(M::POST, "/keys/{id}/revoke", |m| on(m, form::revoke_key)),
    route(M::GET, "/keys/{id}/rotate", |m| on(m, page::show)),
    route(M::POST, "/keys/{id}/rotate", |m| on(m, form::rotate_key)),
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
    route(M::POST, "/team/invite", |m| on(m, form::invite)),
    route(M::POST, "/team/withdraw", |m| {
        on(m, form::withdraw_invitation)
    }),
    route(M::GET, "/team/{id}", |m| on(m, page::show)),
    route(M::POST, "/team/{id}/role", |m| on(m, form::change_role)),
    route(M::POST, "/team/{id}/deactivate", |m| {
        on(m, form::deactivate_member)
    }),
    route(M::POST, "/team/{id}/reactivate", |m| {
        on(m, form::reactivate_member)
    }),
    route(M::POST, "/team/{id}/hand-over", |m| on(m, form::hand_over)),
    route(M::GET, "/account", |m| on(m, page::show)),
    route(M::POST, "/account/password", |m| {
        on(m, form::change_password)
    }),
    route(M::GET, "/account/second-factor", |m| on(m, page::show)),
    route(M::POST, "/account/second-factor", |m| {
        on(m, form::enable_second_factor)
    }),
    route(M::POST, "/account/second-factor/off", |m| {
        on(m, form::disable_second_factor)
    }),
    route(M::POST, "/account/sessions", |m| on(m, form::end_sessions)),
    route(M::GET, "/refusals", |m| on(m, page::show)),
    route(M::GET, "/settings", |m| on(m, page::show)),
    route(M::POST, "/settings", |m| on(m, form::change_settings)),
    route(M::POST, "/settings/key-creation", |m| {
        on(m, form::key_creation)
    }),
    route(M::POST, "/call/{*function}", |m| on(m, call::call)),
];

/// Builds the whole server, for [`crate::run`] and for tests.
pub fn build_app(state: AppState) -> Pipeline {
    app(
        &[
            (Group::Api, API),
            (Group::Other, OPEN),
            (Group::Console, CONSOLE),
        ],
        state,
    )
}

/// Builds a server with other routes, for tests and benchmarks.
pub fn app(tables: &[(Group, &[Route])], state: AppState) -> Pipeline {
    let routes = Routes::new(tables, &state);
    Pipeline::new(state, routes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::Page;

    #[test]
    fn each_page_of_the_table_has_a_route() {
        for page in Page::ALL.iter().filter(|page| **page != Page::NotFound) {
            let routes = CONSOLE.iter().filter(|route| route.method == M::GET);
            let paths: Vec<_> = routes.map(|route| route.path).collect();
            assert!(paths.contains(&page.path()), "{page:?}");
        }
    }
}
