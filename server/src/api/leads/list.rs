//! `GET /api/leads`: the feed of changes that a CRM follows.

use crate::AppState;
use crate::api::page_size::take_fitting;
use crate::api::parameters::descriptions::ChangesQuery;
use crate::api::parameters::{Parameters, no_such_cursor};
use crate::api::problem::Problem;
use crate::api::scoped::{LeadsRead, Scoped};
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use web::cursor::{ChangeList, write_change};
use web::http::Json;
use web::responses::LeadChangeResponse;

/// A page of the feed of changes.
#[derive(Serialize, ToSchema)]
#[schema(as = LeadChanges)]
pub struct LeadChangesResponse {
    /// The oldest change first; each lead as it is now, so at most once. A response is limited to 2
    /// MiB, so it may have fewer leads than `limit` although more have changed.
    #[schema(value_type = Vec<LeadChangeResponse>)]
    leads: Vec<Box<RawValue>>,
    /// Always present, so that a client that is up to date knows where to continue.
    next_cursor: String,
}

/// Sync leads
///
/// Start without a `cursor`, then pass each `next_cursor` back and keep the last one: no change is
/// skipped or repeated. An empty list means that you are up to date; ask again with the same cursor
/// later.
#[utoipa::path(
    get,
    path = "/api/leads",
    tag = "Leads",
    operation_id = "listLeadChanges",
    params(ChangesQuery),
    security(("ApiKey" = ["leads:read"])),
    responses((status = 200, description = "The next changes", body = LeadChangesResponse))
)]
pub async fn list(
    State(state): State<AppState>,
    scoped: Scoped<LeadsRead>,
    parameters: Parameters<ChangesQuery>,
) -> Result<Json<LeadChangesResponse>, Problem> {
    let page = parameters.changes()?;
    let after = page.after.unwrap_or_default();
    let batch = state
        .services
        .leads
        .changes(&scoped.caller, after, page.limit)
        .await?
        .ok_or_else(no_such_cursor)?;
    let numbers: Vec<u64> = batch.changes.iter().map(|change| change.number).collect();
    let changes = batch.changes.into_iter().map(|change| change.state);
    let leads = take_fitting(changes.map(LeadChangeResponse::from))?;
    let last = leads.len().checked_sub(1).map(|index| numbers[index]);
    Ok(Json(LeadChangesResponse {
        leads,
        next_cursor: write_change(ChangeList::Forward, last.unwrap_or(batch.next_after)),
    }))
}
