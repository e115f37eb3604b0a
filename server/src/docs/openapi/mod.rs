//! The OpenAPI document: the description of the API, generated from the handlers and their types.
//!
//! `utoipa` reads the structure and the descriptions from attributes. It cannot see the rules of
//! bodies that are parsed by hand, so this module adds them from the constants that the parsers
//! use: refusals, patterns and accepted values.

mod refusals;
mod replays;
mod values;

pub use refusals::{CODES, every_problem};

use crate::api::problem::Document;
use crate::api::{health, inventory, key, leads, openapi};
use crate::router::Route;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Voxum API",
        description = "Sync your inventory and leads. Send your API key with every request in the header \
                       `X-API-Key`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "Key", description = "The API key of the request."),
        (name = "Inventory", description = "The items that your customers can ask for."),
        (name = "Leads", description = "People who asked to be contacted."),
        (name = "Server", description = "Health checks and this description. They need no key.")
    ),
    paths(
        key::show,
        key::revoke,
        inventory::list,
        inventory::changes,
        inventory::push,
        inventory::show,
        inventory::put,
        inventory::edit,
        inventory::delete,
        leads::list,
        leads::create,
        leads::show,
        leads::edit,
        leads::erase,
        openapi::show,
        health::alive,
        health::ready
    ),
    components(schemas(Document))
)]
struct ApiDescription;

/// Returns the whole document without the address of the server. It is the same for every account
/// and key.
pub fn document(routes: &[&[Route]]) -> Value {
    let mut api = ApiDescription::openapi();
    let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "X-API-Key",
        "An API key of your account. `Authorization: Bearer vx_…` is accepted as well.",
    )));
    if let Some(components) = &mut api.components {
        components.add_security_scheme("ApiKey", scheme);
    }
    let mut document = serde_json::to_value(api).expect("plain data is always JSON");
    values::describe(&mut document);
    refusals::add(&mut document, routes);
    document
}
