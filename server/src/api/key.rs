//! `/api/key`: a key's description of itself, and its own revocation.

use super::parameters::Parameters;
use super::possible_refusals::Refuses;
use super::problem::Problem;
use super::scoped::{AnyKey, Scoped};
use crate::AppState;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use domain::ScopeSet;
use serde::Serialize;
use service::Rfc3339Time;
use service::authenticator::KeyDescription;
use service::refusal::{KeyRefusal, Refusal};
use utoipa::ToSchema;
use web::http::Json;

/// The API key that makes the request.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey, example = json!({
    "id": "0198c2a0-5f3e-7b1c-9d42-6f1e0a7b3c55", "name": "Inventory Integration", "preview": "vx_4fT9aQ…",
    "scopes": ["inventory:read", "inventory:write"], "status": "active", "created_at": "2026-01-31T08:00:00Z",
    "expires_at": "2026-05-01T08:00:00Z", "last_used_at": "2026-02-01T09:30:00Z",
    "account": { "id": "0198c29e-0a11-7c3d-8e20-51d4c9f0b7aa", "name": "Example Motors" }
}))]
pub struct KeyResponse<'a> {
    /// Identifies the key where its secret must not appear, such as in a log or in a message to an
    /// admin.
    id: &'a str,
    /// The name that an admin gave the key.
    name: &'a str,
    /// The first characters of the secret.
    preview: &'a str,
    /// The permissions of the key.
    #[schema(value_type = Vec<String>)]
    scopes: &'a ScopeSet,
    /// Always `active`: the requests of other keys are rejected.
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339Time,
    /// Null if the key does not expire.
    #[schema(value_type = Option<String>, required, format = DateTime)]
    expires_at: Option<Rfc3339Time>,
    /// When the key was used before this request. Recent requests to other nodes may be missing.
    /// Null before the first request.
    #[schema(value_type = Option<String>, required, format = DateTime)]
    last_used_at: Option<Rfc3339Time>,
    account: AccountResponse<'a>,
}

/// The account whose data the key can access.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
struct AccountResponse<'a> {
    id: &'a str,
    name: &'a str,
}

/// Get the current key
///
/// The first request to make: it shows whether the key works, what it permits and when it expires.
#[utoipa::path(
    get,
    path = "/api/key",
    tag = "Key",
    operation_id = "getKey",
    security(("ApiKey" = [])),
    responses((status = 200, description = "The key", body = KeyResponse))
)]
pub async fn show(
    State(state): State<AppState>,
    scoped: Scoped<AnyKey>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.deny_all()?;
    let key: KeyDescription = state.services.auth.describe(&scoped.caller);
    let answer = KeyResponse {
        id: key.id.as_str(),
        name: key.name.as_str(),
        preview: key.preview,
        scopes: key.scopes,
        status: key.status.as_str(),
        created_at: Rfc3339Time(key.created_at),
        expires_at: key.expires_at.map(Rfc3339Time),
        last_used_at: key.last_used.map(Rfc3339Time),
        account: AccountResponse {
            id: key.account_id.as_str(),
            name: key.account_name.as_str(),
        },
    };
    Ok(Json(answer).into_response())
}

/// A key that requests its own revocation.
pub struct Revoking(Scoped<AnyKey>);

impl FromRequestParts<AppState> for Revoking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let scoped = Scoped::from_request_parts(parts, state).await;
        // A holder that repeats the request must not take this refusal for a stored revocation.
        scoped.map(Self).map_err(|problem| match problem {
            Problem(Refusal::Key(KeyRefusal::RevokedHere)) => Problem(Refusal::NotStored),
            problem => problem,
        })
    }
}

impl Refuses for Revoking {
    fn refusals(samples: &mut Vec<Refusal>) {
        Scoped::<AnyKey>::refusals(samples);
        samples.extend([
            Refusal::NotStored,
            Refusal::OutcomeUnknown { idempotent: false },
        ]);
    }
}

/// Revoke the current key
///
/// For a key that may have leaked. Any key can revoke itself, and no other key. After the response,
/// every request with this key is rejected. An admin has to create a new one.
#[utoipa::path(
    delete,
    path = "/api/key",
    tag = "Key",
    operation_id = "revokeKey",
    security(("ApiKey" = [])),
    responses((status = 204, description = "Revoked"))
)]
pub async fn revoke(
    State(state): State<AppState>,
    Revoking(scoped): Revoking,
    parameters: Parameters,
) -> Result<StatusCode, Problem> {
    parameters.deny_all()?;
    state
        .services
        .keys
        .revoke_own(&scoped.caller, &scoped.client())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
