//! `GET`, `PATCH` and `DELETE /api/leads/{id}`

use super::answer::LeadAnswer;
use super::body::LeadEdits;
use super::read;
use crate::AppState;
use crate::api::condition::NoCondition;
use crate::api::json::JsonPatch;
use crate::api::once::Once;
use crate::api::openapi::parameters::{LeadPath, OnceHeader};
use crate::api::parameters::Parameters;
use crate::api::path_id::PathId;
use crate::api::problem::Problem;
use crate::api::scoped::{LeadsRead, LeadsWrite, Scoped};
use crate::api::scoped_body::ScopedBody;
use crate::api::whole::Whole;
use crate::http::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::LeadId;
use service::leads::Lead;
use service::refusal::Refusal;

/// Read one lead
#[utoipa::path(
    get,
    path = "/api/leads/{id}",
    tag = "Leads",
    operation_id = "getLead",
    params(LeadPath),
    security(("ApiKey" = ["leads:read"])),
    responses((status = 200, description = "The lead", body = LeadAnswer))
)]
pub async fn show(
    State(state): State<AppState>,
    scoped: Scoped<LeadsRead>,
    parameters: Parameters,
    id: PathId<LeadPath>,
) -> Result<Json<LeadAnswer>, Problem> {
    parameters.none()?;
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
    params(LeadPath, OnceHeader),
    security(("ApiKey" = ["leads:write"])),
    request_body = LeadEdits,
    responses((status = 200, description = "The lead as it is now", body = LeadAnswer))
)]
pub async fn edit(
    State(state): State<AppState>,
    once: Once,
    parameters: Parameters,
    id: PathId<LeadPath>,
    NoCondition(unconditional): NoCondition,
    ScopedBody { scoped, body }: ScopedBody<LeadsWrite, JsonPatch>,
) -> Result<Whole, Problem> {
    let edits = read::edits(&body.0).check().map_err(Refusal::InvalidBody)?;
    drop(body);
    parameters.none()?;
    unconditional?;
    let lead = state
        .services
        .leads
        .update(
            &scoped.caller,
            &scoped.client(),
            &parse(id)?,
            &edits,
            once.keep(edited).as_ref(),
        )
        .await?;
    Ok(edited(&lead.ok_or(Refusal::NoSuchLead)?))
}

fn edited(lead: &Lead) -> Whole {
    Whole::json(StatusCode::OK, &LeadAnswer::from(lead.clone())).about(lead.id.clone())
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
    parameters.none()?;
    unconditional?;
    let found = state
        .services
        .leads
        .erase(&scoped.caller, &scoped.client(), &parse(id)?)
        .await?;
    if found {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::NoSuchLead.into())
    }
}

/// Parses the id of a lead. Only this server assigns ids, so any other text is the id of no lead.
fn parse(PathId { id, .. }: PathId<LeadPath>) -> Result<LeadId, Refusal> {
    id.and_then(|text| LeadId::parse(&text).ok())
        .ok_or(Refusal::NoSuchLead)
}
