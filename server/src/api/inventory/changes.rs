//! `GET /api/inventory/changes`: the changes that a copy of the inventory follows.

use crate::AppState;
use crate::api::page_size::take_fitting;
use crate::api::parameters::Parameters;
use crate::api::parameters::descriptions::ItemChangesQuery;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryRead, Scoped};
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use service::inventory::ItemState;
use service::refusal::Refusal;
use service::rfc3339;
use utoipa::ToSchema;
use web::cursor::write_item_change;
use web::http::Json;
use web::responses::ItemResponse;

/// The next changes of items.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemChanges)]
pub struct ItemChangesResponse {
    /// The oldest change first; each item as it is now, so at most once. A response is limited to 2
    /// MiB, so it may have fewer items than `limit` although more have changed. It is empty only if
    /// nothing more has changed.
    #[schema(value_type = Vec<ItemStateResponse>)]
    items: Vec<Box<RawValue>>,
    /// The `cursor` for the next request; present even if nothing has changed.
    next_cursor: String,
}

/// An item as it is now, or the record of a removed one.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemState)]
#[serde(untagged)]
enum ItemStateResponse {
    Kept(Box<ItemResponse>),
    Removed(RemovedItemResponse),
}

/// The record of an item that was removed in any way.
#[derive(Serialize, ToSchema)]
#[schema(as = RemovedItem, example = json!({ "id": "SKU001", "deleted_at": "2026-01-31T09:15:00Z" }))]
struct RemovedItemResponse {
    id: String,
    /// Only for a removed item, which has no other field than its ID.
    #[schema(format = DateTime)]
    deleted_at: String,
}

/// Sync items
///
/// Keeps a copy of the inventory complete. Start without a `cursor`: the first responses list all
/// items. Then pass each `next_cursor` back and keep the last one: no change is skipped. An empty
/// list means that you are up to date; ask again with the same cursor later. A removed item is
/// listed for 30 days or until it comes back, and only the latest 100,000 removals are listed. A
/// cursor that is too old for that is rejected with 410 `cursor_expired`: start again without a
/// cursor, and remove from your copy what you did not get. No new item can have the ID `changes`.
/// One from an earlier release can be read, changed and deleted at `/api/inventory/%63hanges`.
#[utoipa::path(
    get,
    path = "/api/inventory/changes",
    tag = "Inventory",
    operation_id = "listItemChanges",
    params(ItemChangesQuery),
    security(("ApiKey" = ["inventory:read"])),
    responses((status = 200, description = "The next changes", body = ItemChangesResponse))
)]
pub async fn changes(
    State(state): State<AppState>,
    scoped: Scoped<InventoryRead>,
    parameters: Parameters<ItemChangesQuery>,
) -> Result<Json<ItemChangesResponse>, Problem> {
    let page = parameters.item_changes()?;
    let batch = state
        .services
        .inventory
        .changes(&scoped.caller, page.after, page.limit)
        .await?
        .ok_or(Refusal::CursorExpired)?;
    let (mut cursors, states): (Vec<_>, Vec<_>) = batch
        .changes
        .into_iter()
        .map(|change| (change.cursor, change.state))
        .unzip();
    let count = cursors.len();
    let items = take_fitting(states.into_iter().map(ItemStateResponse::from))?;
    cursors.truncate(items.len());
    let next = match cursors.last() {
        Some(last) if items.len() < count => last,
        _ => &batch.next,
    };
    Ok(Json(ItemChangesResponse {
        next_cursor: write_item_change(next),
        items,
    }))
}

impl From<ItemState> for ItemStateResponse {
    fn from(state: ItemState) -> Self {
        match state {
            ItemState::Kept(stored) => Self::Kept(Box::new((*stored).into())),
            ItemState::Removed(removed) => Self::Removed(RemovedItemResponse {
                id: removed.id,
                deleted_at: rfc3339(removed.at),
            }),
        }
    }
}
