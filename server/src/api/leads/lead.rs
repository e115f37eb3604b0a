//! `GET`, `PATCH` and `DELETE /api/leads/{id}`

use super::body::LeadEdits;
use super::read;
use crate::AppState;
use crate::api::buffered_response::BufferedResponse;
use crate::api::condition::NoCondition;
use crate::api::idempotency::Idempotency;
use crate::api::json_body::JsonPatch;
use crate::api::parameters::Parameters;
use crate::api::parameters::descriptions::{IdempotencyKeyHeader, LeadPath};
use crate::api::path_id::PathId;
use crate::api::problem::Problem;
use crate::api::scoped::{LeadsRead, LeadsWrite, Scoped};
use crate::api::scoped_body::ScopedBody;
use axum::extract::State;
use axum::http::StatusCode;
use domain::LeadId;
use service::leads::Lead;
use service::refusal::Refusal;
use web::http::Json;
use web::responses::LeadResponse;

/// Read one lead
#[utoipa::path(
    get,
    path = "/api/leads/{id}",
    tag = "Leads",
    operation_id = "getLead",
    params(LeadPath),
    security(("ApiKey" = ["leads:read"])),
    responses((status = 200, description = "The lead", body = LeadResponse))
)]
pub async fn show(
    State(state): State<AppState>,
    scoped: Scoped<LeadsRead>,
    parameters: Parameters,
    id: PathId<LeadPath>,
) -> Result<Json<LeadResponse>, Problem> {
    parameters.deny_all()?;
    let lead = state
        .services
        .leads
        .find(&scoped.caller, &parse(id)?)
        .await?;
    let lead = lead.ok_or(Refusal::NoSuchLead)?;
    Ok(Json(lead.into()))
}

/// Change a lead
///
/// Changes only the fields in the body. Null empties `external_id` and `note`.
#[utoipa::path(
    patch,
    path = "/api/leads/{id}",
    tag = "Leads",
    operation_id = "editLead",
    params(LeadPath, IdempotencyKeyHeader),
    security(("ApiKey" = ["leads:write"])),
    request_body = LeadEdits,
    responses((status = 200, description = "The lead as it is now", body = LeadResponse))
)]
pub async fn edit(
    State(state): State<AppState>,
    idempotency: Idempotency,
    parameters: Parameters,
    id: PathId<LeadPath>,
    NoCondition(unconditional): NoCondition,
    ScopedBody { scoped, body }: ScopedBody<LeadsWrite, JsonPatch>,
) -> Result<BufferedResponse, Problem> {
    let edits = read::edits(&body.0).check().map_err(Refusal::InvalidBody)?;
    drop(body);
    parameters.deny_all()?;
    unconditional?;
    let lead = state
        .services
        .leads
        .update(
            &scoped.caller,
            &scoped.client(),
            &parse(id)?,
            &edits,
            idempotency.response_builder(update_response).as_ref(),
        )
        .await?;
    Ok(update_response(&lead.ok_or(Refusal::NoSuchLead)?))
}

fn update_response(lead: &Lead) -> BufferedResponse {
    BufferedResponse::json(StatusCode::OK, &LeadResponse::from(lead.clone()))
        .with_lead(lead.id.clone())
}

/// Erase a lead
///
/// Erases the person's data for good. The feed of changes then lists the lead with only `id` and
/// `deleted_at`.
#[utoipa::path(
    delete,
    path = "/api/leads/{id}",
    tag = "Leads",
    operation_id = "eraseLead",
    params(LeadPath),
    security(("ApiKey" = ["leads:write"])),
    responses((status = 204, description = "Erased"))
)]
pub async fn erase(
    State(state): State<AppState>,
    scoped: Scoped<LeadsWrite>,
    parameters: Parameters,
    id: PathId<LeadPath>,
    NoCondition(unconditional): NoCondition,
) -> Result<StatusCode, Problem> {
    parameters.deny_all()?;
    unconditional?;
    let existed = state
        .services
        .leads
        .erase(&scoped.caller, &scoped.client(), &parse(id)?)
        .await?;
    if existed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::NoSuchLead.into())
    }
}

/// Parses the ID of a lead. Only this server assigns IDs, so any other text is the ID of no lead.
fn parse(PathId { id, .. }: PathId<LeadPath>) -> Result<LeadId, Refusal> {
    id.and_then(|text| LeadId::parse(&text).ok())
        .ok_or(Refusal::NoSuchLead)
}
