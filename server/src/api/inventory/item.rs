//! `GET`, `PUT`, `PATCH` and `DELETE /api/inventory/{id}`

use super::body::{ItemEdits, ItemFields};
use super::tag::{self, ItemCondition};
use crate::AppState;
use crate::api::buffered_response::BufferedResponse;
use crate::api::idempotency::Idempotency;
use crate::api::json_body::{JsonPatch, JsonText};
use crate::api::parameters::Parameters;
use crate::api::parameters::descriptions::{
    IdempotencyKeyHeader, IfAbsentHeader, IfMatchHeader, IfNoneMatchHeader, ItemPath,
};
use crate::api::path_id::PathId;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryRead, InventoryWrite, Scoped};
use crate::api::scoped_body::ScopedBody;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use files::feed::{edits_at, item_at};
use service::inventory::{Condition, EditOutcome, PutOutcome, StoredItem};
use service::refusal::Refusal;
use service::store::DeleteItemOutcome;
use web::http::Json;
use web::http::Segment;
use web::responses::ItemResponse;

/// Read one item
///
/// The response's `ETag` identifies this version of the item: send it back in `If-None-Match` to
/// skip the transfer if nothing has changed, or in `If-Match` to change the item only if it has not
/// changed since.
#[utoipa::path(
    get,
    path = "/api/inventory/{id}",
    tag = "Inventory",
    operation_id = "getItem",
    params(ItemPath, IfNoneMatchHeader),
    security(("ApiKey" = ["inventory:read"])),
    responses(
        (status = 200, description = "The item", body = ItemResponse, headers(("ETag" = String, description = "Identifies this version of the item"))),
        (status = 304, description = "The item has not changed: its tag is in `If-None-Match`", headers(("ETag" = String, description = "Identifies this version of the item"))),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    scoped: Scoped<InventoryRead>,
    parameters: Parameters,
    PathId { id, .. }: PathId<ItemPath>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    parameters.deny_all()?;
    let item = state
        .services
        .inventory
        .find(&scoped.caller, &text(id)?)
        .await?;
    let item = item.ok_or(Refusal::NoSuchItem)?;
    if tag::is_not_modified(&headers, item.version()) {
        let tag = [(ETAG, tag::write(item.version()))];
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok(item_response(StatusCode::OK, item))
}

/// Create or replace one item
///
/// Replaces the whole item: fields that are left out are emptied. An item can be sent back as it
/// was read: its `id` has to be the one in the path, and `updated_at` is ignored.
#[utoipa::path(
    put,
    path = "/api/inventory/{id}",
    tag = "Inventory",
    operation_id = "putItem",
    params(ItemPath, IfMatchHeader, IfAbsentHeader),
    security(("ApiKey" = ["inventory:write"])),
    request_body = ItemFields,
    responses(
        (status = 200, description = "Changed, or already stored like this", body = ItemResponse, headers(("ETag" = String, description = "Identifies this version of the item"))),
        (status = 201, description = "Created", body = ItemResponse, headers(("ETag" = String, description = "Identifies this version of the item"))),
    )
)]
pub async fn put(
    State(state): State<AppState>,
    parameters: Parameters,
    Segment(id): Segment,
    ItemCondition(condition): ItemCondition,
    ScopedBody { scoped, body }: ScopedBody<InventoryWrite, JsonText>,
) -> Result<Response, Problem> {
    let draft = item_at(id.as_deref(), &body.0);
    drop(body);
    let checked = parameters.deny_all().and(condition);
    let checked = checked.and_then(|condition| Ok((condition, text(id)?)));
    let (condition, id) = match checked {
        Ok(checked) => checked,
        Err(refusal) => {
            // A bad body is reported first; nothing is stored either way. The id is a parameter,
            // like the others.
            let currency = state
                .services
                .inventory
                .currency_for_key(&scoped.caller)
                .await?;
            service::inventory::ItemDraft {
                id: Some("id".to_owned()),
                ..draft
            }
            .check(currency)
            .map_err(Refusal::InvalidBody)?;
            return Err(refusal.into());
        }
    };
    match state
        .services
        .inventory
        .put(&scoped.caller, &scoped.client(), &id, draft, &condition)
        .await?
    {
        PutOutcome::Created(item) => Ok(item_response(StatusCode::CREATED, item)),
        PutOutcome::Updated(item) => Ok(item_response(StatusCode::OK, item)),
        PutOutcome::Rejected(errors) => Err(Refusal::InvalidBody(errors).into()),
        PutOutcome::ConditionFailed => Err(tag::refusal(&condition).into()),
    }
}

/// Change some fields of one item
///
/// A JSON merge patch (RFC 7396): fields that are left out are kept, null empties a field, and the
/// members of `attributes` are set or removed one by one. The result has to be an item that `PUT`
/// would accept. `application/json` is accepted as well. As with `PUT`, an `id` has to be the one
/// in the path, and `updated_at` is ignored.
#[utoipa::path(
    patch,
    path = "/api/inventory/{id}",
    tag = "Inventory",
    operation_id = "editItem",
    params(ItemPath, IfMatchHeader, IdempotencyKeyHeader),
    security(("ApiKey" = ["inventory:write"])),
    request_body(content = ItemEdits, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The item as it is now", body = ItemResponse, headers(("ETag" = String, description = "Identifies this version of the item"))))
)]
pub async fn edit(
    State(state): State<AppState>,
    idempotency: Idempotency,
    parameters: Parameters,
    PathId { id, .. }: PathId<ItemPath>,
    ItemCondition(condition): ItemCondition,
    ScopedBody { scoped, body }: ScopedBody<InventoryWrite, JsonPatch>,
) -> Result<BufferedResponse, Problem> {
    let draft = edits_at(id.as_deref(), &body.0);
    drop(body);
    if !draft.errors.is_empty() {
        return Err(Refusal::InvalidBody(draft.errors).into());
    }
    parameters.deny_all()?;
    let condition = match condition? {
        // No item that is changed can be absent.
        Condition::Absent => return Err(Refusal::PreconditionFailed.into()),
        condition => condition,
    };
    let (id, client, builder) = (
        text(id)?,
        scoped.client(),
        idempotency.response_builder(buffered_item),
    );
    let outcome = state.services.inventory.edit(
        &scoped.caller,
        &client,
        &id,
        &draft,
        &condition,
        builder.as_ref(),
    );
    match outcome.await? {
        EditOutcome::Updated(item) => Ok(buffered_item(&item)),
        EditOutcome::Missing => Err(Refusal::NoSuchItem.into()),
        EditOutcome::Rejected(errors) => Err(Refusal::InvalidBody(errors).into()),
        EditOutcome::ConditionFailed => Err(tag::refusal(&condition).into()),
    }
}

fn buffered_item(item: &StoredItem) -> BufferedResponse {
    let tag = tag::write(item.version());
    BufferedResponse::json(StatusCode::OK, &ItemResponse::from(item.clone())).with_tag(tag)
}

/// Delete one item
#[utoipa::path(
    delete,
    path = "/api/inventory/{id}",
    tag = "Inventory",
    operation_id = "deleteItem",
    params(ItemPath, IfMatchHeader),
    security(("ApiKey" = ["inventory:write"])),
    responses((status = 204, description = "Deleted"))
)]
pub async fn delete(
    State(state): State<AppState>,
    scoped: Scoped<InventoryWrite>,
    parameters: Parameters,
    PathId { id, .. }: PathId<ItemPath>,
    ItemCondition(condition): ItemCondition,
) -> Result<StatusCode, Problem> {
    parameters.deny_all()?;
    let condition = condition?;
    let removal = state
        .services
        .inventory
        .delete(&scoped.caller, &scoped.client(), &text(id)?, &condition)
        .await?;
    match removal {
        DeleteItemOutcome::Removed => Ok(StatusCode::NO_CONTENT),
        DeleteItemOutcome::Missing => Err(Refusal::NoSuchItem.into()),
        DeleteItemOutcome::ConditionFailed => Err(tag::refusal(&condition).into()),
    }
}

/// The item, with the tag of what it is like now.
fn item_response(status: StatusCode, item: StoredItem) -> Response {
    let tag = [(ETAG, tag::write(item.version()))];
    (status, tag, Json(ItemResponse::from(item))).into_response()
}

fn text(id: Option<String>) -> Result<String, Refusal> {
    id.ok_or_else(|| Refusal::InvalidParameter("The ID in the path is not UTF-8.".into()))
}
