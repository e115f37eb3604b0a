//! `POST /api/leads`

use super::answer::LeadAnswer;
use super::body::NewLead;
use super::read;
use crate::AppState;
use crate::api::json::JsonText;
use crate::api::once::Once;
use crate::api::openapi::parameters::OnceHeader;
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::LeadsCreate;
use crate::api::scoped_body::ScopedBody;
use crate::api::whole::Whole;
use axum::extract::State;
use axum::http::StatusCode;
use service::leads::Lead;
use service::refusal::Refusal;

/// Create a lead
///
/// At least one of `email` and `phone` is needed. A text that is blank counts as left out.
#[utoipa::path(
    post,
    path = "/api/leads",
    tag = "Leads",
    operation_id = "createLead",
    params(OnceHeader),
    security(("ApiKey" = ["leads:write"])),
    request_body = NewLead,
    responses((status = 201, description = "Created", body = LeadAnswer, headers(("Location" = String, description = "The path of the lead"))))
)]
pub async fn create(
    State(state): State<AppState>,
    once: Once,
    parameters: Parameters,
    ScopedBody { scoped, body }: ScopedBody<LeadsCreate, JsonText>,
) -> Result<Whole, Problem> {
    let fields = read::lead(&body.0).check().map_err(Refusal::InvalidBody)?;
    parameters.none()?;
    let lead = state
        .services
        .leads
        .create(
            &scoped.caller,
            &scoped.client(),
            fields,
            once.keep(created).as_ref(),
        )
        .await?;
    Ok(created(&lead))
}

fn created(lead: &Lead) -> Whole {
    let answer = LeadAnswer::from(lead.clone());
    Whole::json(StatusCode::CREATED, &answer)
        .at(format!("/api/leads/{}", lead.id))
        .about(lead.id.clone())
}
