//! `POST /api/leads`

use super::answer::LeadAnswer;
use super::body::NewLead;
use super::read;
use crate::AppState;
use crate::api::json::{BODY, JsonText};
use crate::api::openapi::OnceHeader;
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::LeadsWrite;
use crate::api::scoped_body::ScopedBody;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, LOCATION};

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
    parameters: Parameters,
    ScopedBody { scoped, body }: ScopedBody<LeadsWrite, JsonText<BODY>>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<LeadAnswer>), Problem> {
    let fields = read::lead(&body.0).check().map_err(Problem::InvalidBody)?;
    parameters.none()?;
    let lead = state
        .service
        .create_lead(&scoped.caller, &scoped.client(), fields)
        .await?;
    let place = format!("/api/leads/{}", lead.id);
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(lead.into())))
}
