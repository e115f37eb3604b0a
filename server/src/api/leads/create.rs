//! `POST /api/leads`

use super::answer::LeadAnswer;
use super::read;
use crate::AppState;
use crate::api::json::{BODY, JsonText};
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::{LeadsWrite, Scoped};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, LOCATION};

pub async fn create(
    State(state): State<AppState>,
    scoped: Scoped<LeadsWrite>,
    parameters: Parameters,
    JsonText(body): JsonText<BODY>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<LeadAnswer>), Problem> {
    let fields = read::lead(&body).check().map_err(Problem::InvalidBody)?;
    parameters.none()?;
    let lead = state
        .service
        .create_lead(&scoped.caller, &scoped.client, fields)
        .await?;
    let place = format!("/api/leads/{}", lead.id);
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(lead.into())))
}
