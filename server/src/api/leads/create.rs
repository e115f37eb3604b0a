//! `POST /api/leads`

use super::body::NewLead;
use super::read;
use crate::AppState;
use crate::api::buffered_response::BufferedResponse;
use crate::api::idempotency::Idempotency;
use crate::api::json_body::JsonText;
use crate::api::parameters::Parameters;
use crate::api::parameters::descriptions::IdempotencyKeyHeader;
use crate::api::problem::Problem;
use crate::api::scoped::LeadsCreate;
use crate::api::scoped_body::ScopedBody;
use axum::extract::State;
use axum::http::StatusCode;
use service::leads::Lead;
use service::refusal::Refusal;
use web::responses::LeadResponse;

/// Create a lead
///
/// At least one of `email` and `phone` is needed. A text that is blank counts as left out.
#[utoipa::path(
    post,
    path = "/api/leads",
    tag = "Leads",
    operation_id = "createLead",
    params(IdempotencyKeyHeader),
    security(("ApiKey" = ["leads:write"])),
    request_body = NewLead,
    responses((status = 201, description = "Created", body = LeadResponse, headers(("Location" = String, description = "The path of the lead"))))
)]
pub async fn create(
    State(state): State<AppState>,
    idempotency: Idempotency,
    parameters: Parameters,
    ScopedBody { scoped, body }: ScopedBody<LeadsCreate, JsonText>,
) -> Result<BufferedResponse, Problem> {
    let fields = read::lead(&body.0).check().map_err(Refusal::InvalidBody)?;
    parameters.deny_all()?;
    let lead = state
        .services
        .leads
        .create(
            &scoped.caller,
            &scoped.client(),
            fields,
            idempotency.response_builder(creation_response).as_ref(),
        )
        .await?;
    Ok(creation_response(&lead))
}

fn creation_response(lead: &Lead) -> BufferedResponse {
    let answer = LeadResponse::from(lead.clone());
    BufferedResponse::json(StatusCode::CREATED, &answer)
        .with_location(format!("/api/leads/{}", lead.id))
        .with_lead(lead.id.clone())
}
