//! `GET /api/inventory`

use super::answer::ItemAnswer;
use crate::AppState;
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryRead, Scoped};
use crate::cursor;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

#[derive(Serialize)]
pub struct ListAnswer {
    items: Vec<ItemAnswer>,
    next_cursor: Option<String>,
}

pub async fn list(
    State(state): State<AppState>,
    scoped: Scoped<InventoryRead>,
    parameters: Parameters,
) -> Result<Json<ListAnswer>, Problem> {
    let (filter, page) = parameters.items()?;
    let found = state
        .service
        .list_items(&scoped.caller, &filter, page.after.as_deref(), page.limit)
        .await?;
    Ok(Json(ListAnswer {
        items: found.items.into_iter().map(ItemAnswer::from).collect(),
        next_cursor: found.next_after.as_deref().map(cursor::write),
    }))
}
