//! `/api/key`: what a key may know of itself, and its own end.

use super::parameters::Parameters;
use super::problem::Problem;
use super::scoped::{AnyKey, Scoped};
use crate::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ScopeSet;
use serde::Serialize;
use service::key::KeyDescription;
use service::rfc3339;

#[derive(Serialize)]
pub struct KeyAnswer {
    id: String,
    name: String,
    preview: String,
    scopes: ScopeSet,
    status: &'static str,
    created_at: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    account: AccountAnswer,
}

#[derive(Serialize)]
struct AccountAnswer {
    id: String,
    name: String,
}

/// `GET /api/key`
pub async fn show(
    State(state): State<AppState>,
    scoped: Scoped<AnyKey>,
    parameters: Parameters,
) -> Result<Json<KeyAnswer>, Problem> {
    parameters.none()?;
    let KeyDescription {
        record,
        status,
        last_use,
    } = state.service.describe_key(&scoped.caller).await?;
    Ok(Json(KeyAnswer {
        id: record.id.to_string(),
        name: record.name.to_string(),
        preview: record.preview,
        scopes: record.scopes,
        status: status.as_str(),
        created_at: rfc3339(record.created_at),
        expires_at: record.expires_at.map(rfc3339),
        last_used_at: last_use.map(|last| rfc3339(last.at)),
        account: AccountAnswer {
            id: record.account_id.to_string(),
            name: record.account_name.to_string(),
        },
    }))
}

/// `DELETE /api/key`: the holder revokes its own key.
pub async fn revoke(
    State(state): State<AppState>,
    scoped: Scoped<AnyKey>,
    parameters: Parameters,
) -> Result<StatusCode, Problem> {
    parameters.none()?;
    state
        .service
        .revoke_own_key(&scoped.caller, &scoped.client)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
