//! All routes of the server, and the steps that lead a request to its handler.
//!
//! The tables are data, so that tests can walk them: a route that no test covers fails one.
//! [`Pipeline`] takes each request through its steps, and `routes` finds its handler.

mod fallback;
mod length_limits;
mod pipeline;
mod routes;

pub use console::ROUTES as CONSOLE;
pub use pipeline::Pipeline;
pub use web::Route;

use crate::AppState;
use crate::api::idempotency::idempotent;
use crate::api::scoped::{InventoryWrite, LeadsCreate, LeadsWrite};
use crate::api::{health, inventory, key, leads, openapi, possible_refusals};
use crate::metrics::Group;
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
            refusals: || possible_refusals::of($handler),
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
            || possible_refusals::of($handler),
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
        || possible_refusals::of(inventory::changes),
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

/// Builds the whole server, for [`crate::run`] and for tests.
pub fn build_app(state: AppState) -> Pipeline {
    app(
        &[
            (Group::Api, API),
            (Group::Other, OPEN),
            (Group::Console, &CONSOLE),
        ],
        state,
    )
}

/// Builds a server with other routes, for tests and benchmarks.
pub fn app(tables: &[(Group, &[Route])], state: AppState) -> Pipeline {
    let routes = Routes::new(tables, &state);
    Pipeline::new(state, routes.into())
}
