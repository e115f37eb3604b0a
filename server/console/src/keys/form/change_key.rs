//! `POST /keys/{id}/edit`, `/keys/{id}/pause` and `/keys/{id}/resume`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, Visitor, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::{EditKeyForm, Failure, KeyId};
use service::Error;
use web::AppState;
use web::http::Segment;

pub async fn edit_key(
    State(state): State<AppState>,
    Segment(id): Segment,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Ok(id) = KeyId::parse(&id.unwrap_or_default()) else {
        return render::not_found(&state, &visitor).await;
    };
    let page = format!("/keys/{id}/edit");
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let form = EditKeyForm {
        name: fields.text("name"),
        scopes: fields.texts("scopes"),
        last_day: fields.text("last_day"),
        note: fields.text("note"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        allow_list: fields.text("allow_list"),
        shut_out: fields.text("shut_out"),
        seen: fields.text("seen"),
    };
    let edited = state
        .services
        .keys
        .edit(member, &visitor.client, &id, &form)
        .await;
    match edited {
        Ok(()) => visitor.redirect_with_flash(&state, &format!("/keys/{id}"), "edited"),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::EditKey {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, &page, &failure, answer).await
        }
    }
}

pub async fn pause_key(State(state): State<AppState>, visitor: Visitor, id: Segment) -> Response {
    let Some((page, id)) = parse_key_path(id) else {
        return render::not_found(&state, &visitor).await;
    };
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let paused = state
        .services
        .keys
        .pause(member, &visitor.client, &id)
        .await;
    redirect_or_report(&state, &visitor, &page, "paused", paused).await
}

pub async fn resume_key(State(state): State<AppState>, visitor: Visitor, id: Segment) -> Response {
    let Some((page, id)) = parse_key_path(id) else {
        return render::not_found(&state, &visitor).await;
    };
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let resumed = state
        .services
        .keys
        .resume(member, &visitor.client, &id)
        .await;
    redirect_or_report(&state, &visitor, &page, "resumed", resumed).await
}

/// Returns the path of the key's page, and the key.
pub(super) fn parse_key_path(Segment(id): Segment) -> Option<(String, KeyId)> {
    let id = KeyId::parse(&id?).ok()?;
    Some((format!("/keys/{id}"), id))
}

/// Redirects to the key's page, which reports the change. After a refusal, the page shows the
/// reason.
pub(super) async fn redirect_or_report(
    state: &AppState,
    visitor: &Visitor,
    page: &str,
    notice: &str,
    result: Result<(), Error>,
) -> Response {
    let failure = match result.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => return visitor.redirect_with_flash(state, page, notice),
        Err(failure) => failure,
    };
    let reason = match &failure {
        // The only choice on that page concerns the networks.
        Failure::Invalid { .. } => Some("none-chosen"),
        Failure::Outdated { .. } => Some("outdated"),
        Failure::AlreadyEnded => Some("over"),
        Failure::Forbidden => Some("not-allowed"),
        Failure::NotStored => Some("not-stored"),
        _ => None,
    };
    render::after_failure(state, visitor, page, reason, &failure).await
}
