//! `GET /api/inventory`

use super::answer::ItemAnswer;
use crate::AppState;
use crate::api::openapi::parameters::ItemsQuery;
use crate::api::page::fitting;
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryRead, Scoped};
use crate::cursor;
use crate::http::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A page of the inventory.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemList)]
pub struct ListAnswer {
    /// In the order of their ids. A page is limited to 2 MiB, and a filter examines at most 10,000
    /// items for each page. So it may have fewer items than `limit`, or none, although
    /// `next_cursor` is not null.
    #[schema(value_type = Vec<ItemAnswer>)]
    items: Vec<Box<RawValue>>,
    /// The `cursor` for the next page; null on the last one. Even an empty page can have one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List items
///
/// In the order of their ids. Pass `next_cursor` back as `cursor` until it is null: although items
/// may change meanwhile, no item that exists all the time is skipped or repeated. With `category`,
/// `q` or `updated_since`, each page examines at most 10,000 items, so a page can be empty although
/// matches follow: continue until `next_cursor` is null.
#[utoipa::path(
    get,
    path = "/api/inventory",
    tag = "Inventory",
    operation_id = "listItems",
    params(ItemsQuery),
    security(("ApiKey" = ["inventory:read"])),
    responses((status = 200, description = "A page of items", body = ListAnswer))
)]
pub async fn list(
    State(state): State<AppState>,
    scoped: Scoped<InventoryRead>,
    parameters: Parameters<ItemsQuery>,
) -> Result<Json<ListAnswer>, Problem> {
    let (filter, page) = parameters.items()?;
    let found = state
        .services
        .inventory
        .list(&scoped.caller, &filter, page.after.as_deref(), page.limit)
        .await?;
    let ids: Vec<String> = found
        .items
        .iter()
        .map(|stored| stored.item.id.as_str().to_owned())
        .collect();
    let items = fitting(found.items.into_iter().map(ItemAnswer::from))?;
    let next_after = if items.len() < ids.len() {
        ids[..items.len()].last()
    } else {
        found.next_after.as_ref()
    };
    Ok(Json(ListAnswer {
        items,
        next_cursor: next_after.map(|id| cursor::write(id)),
    }))
}
