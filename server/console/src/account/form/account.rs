//! `POST /account/password` and `/account/sessions`: a member's own password and sessions.

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use web::AppState;

const PAGE: &str = "/account";

pub async fn change_password(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let (Some(member), Some(token)) = (&visitor.member, &visitor.token) else {
        return see_other(&sign_in_url(PAGE));
    };
    let (old, new) = (fields.secret("old_password"), fields.secret("password"));
    let changed = state
        .services
        .access
        .change_password(member, &visitor.client, token, &old, &new)
        .await;
    match changed {
        Ok(()) => visitor.redirect_with_flash(&state, PAGE, "password"),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::Password {
                failure: failure.clone(),
            };
            refuse(&state, &visitor, PAGE, &failure, answer).await
        }
    }
}

/// Ends the session that the field `end` names, or all others if its value is `others`.
pub async fn end_sessions(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let (Some(member), Some(token)) = (&visitor.member, &visitor.token) else {
        return see_other(&sign_in_url(PAGE));
    };
    let (services, client) = (&state.services, &visitor.client);
    let id = fields.text("end");
    let (result, notice) = if id == "others" {
        let result = services
            .access
            .end_other_sessions(member, client, token)
            .await;
        (result, "others-ended")
    } else {
        let result = services
            .access
            .end_session(member, client, token, &id)
            .await;
        (result, "ended")
    };
    match result.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => visitor.redirect_with_flash(&state, PAGE, notice),
        Err(failure) => render::after_failure(&state, &visitor, PAGE, None, &failure).await,
    }
}
