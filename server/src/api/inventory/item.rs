//! `GET`, `PUT` and `DELETE /api/inventory/{id}`

use super::answer::ItemAnswer;
use super::read;
use crate::AppState;
use crate::api::condition::no_condition;
use crate::api::json::{BODY, JsonText};
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryRead, InventoryWrite, Scoped};
use crate::request::Segment;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use service::inventory::PutOutcome;

pub async fn show(
    State(state): State<AppState>,
    scoped: Scoped<InventoryRead>,
    parameters: Parameters,
    Segment(id): Segment,
) -> Result<Json<ItemAnswer>, Problem> {
    parameters.none()?;
    let item = state.service.item(&scoped.caller, &text(id)?).await?;
    item.map(|item| Json(item.into()))
        .ok_or(Problem::NoSuchItem)
}

pub async fn put(
    State(state): State<AppState>,
    scoped: Scoped<InventoryWrite>,
    parameters: Parameters,
    Segment(id): Segment,
    headers: HeaderMap,
    JsonText(body): JsonText<BODY>,
) -> Result<(StatusCode, Json<ItemAnswer>), Problem> {
    let draft = read::item_without_id(&body);
    drop(body);
    if let Err(problem) = parameters.none().and_then(|()| no_condition(&headers)) {
        // A bad body is told of first; nothing is stored either way.
        let id = id.unwrap_or_default();
        service::inventory::ItemDraft {
            id: Some(id),
            ..draft
        }
        .check()
        .map_err(Problem::InvalidBody)?;
        return Err(problem);
    }
    match state
        .service
        .put_item(&scoped.caller, &scoped.client, &text(id)?, draft)
        .await?
    {
        PutOutcome::Created(item) => Ok((StatusCode::CREATED, Json(item.into()))),
        PutOutcome::Updated(item) => Ok((StatusCode::OK, Json(item.into()))),
        PutOutcome::Rejected(errors) => Err(Problem::InvalidBody(errors)),
    }
}

pub async fn delete(
    State(state): State<AppState>,
    scoped: Scoped<InventoryWrite>,
    parameters: Parameters,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    parameters.none()?;
    no_condition(&headers)?;
    let found = state
        .service
        .delete_item(&scoped.caller, &scoped.client, &text(id)?)
        .await?;
    if found {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::NoSuchItem)
    }
}

fn text(id: Option<String>) -> Result<String, Problem> {
    id.ok_or_else(|| Problem::InvalidParameter("The id in the path is not UTF-8.".into()))
}
