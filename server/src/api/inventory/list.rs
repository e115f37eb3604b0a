//! `GET /api/inventory`

use crate::AppState;
use crate::api::page_size::take_fitting;
use crate::api::parameters::Parameters;
use crate::api::parameters::descriptions::ItemsQuery;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryRead, Scoped};
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use web::cursor;
use web::http::Json;
use web::responses::ItemResponse;

/// A page of the inventory.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemList)]
pub struct ItemListResponse {
    /// In the order of their IDs. A page is limited to 2 MiB, and a filter examines at most 10,000
    /// items for each page. So it may have fewer items than `limit`, or none, although
    /// `next_cursor` is not null.
    #[schema(value_type = Vec<ItemResponse>)]
    items: Vec<Box<RawValue>>,
    /// The `cursor` for the next page; null on the last one. Even an empty page can have one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List items
///
/// In the order of their IDs. Pass `next_cursor` back as `cursor` until it is null: although items
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
    responses((status = 200, description = "A page of items", body = ItemListResponse))
)]
pub async fn list(
    State(state): State<AppState>,
    scoped: Scoped<InventoryRead>,
    parameters: Parameters<ItemsQuery>,
) -> Result<Json<ItemListResponse>, Problem> {
    let (filter, page) = parameters.items()?;
    let batch = state
        .services
        .inventory
        .list(&scoped.caller, &filter, page.after.as_deref(), page.limit)
        .await?;
    let ids: Vec<String> = batch
        .items
        .iter()
        .map(|stored| stored.item.id.as_str().to_owned())
        .collect();
    let items = take_fitting(batch.items.into_iter().map(ItemResponse::from))?;
    let next_after = if items.len() < ids.len() {
        ids[..items.len()].last()
    } else {
        batch.next_after.as_ref()
    };
    Ok(Json(ItemListResponse {
        items,
        next_cursor: next_after.map(|id| cursor::write_item(id)),
    }))
}
