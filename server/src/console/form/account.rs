//! `POST /account/password` and `/account/sessions`: a member's own password and sessions.

use super::refuse;
use crate::AppState;
use crate::console::door::failure;
use crate::console::fields::Fields;
use crate::console::next::sign_in_to;
use crate::console::{Posted, flash, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;

const PAGE: &str = "/account";

pub async fn change_password(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let (Some(member), Some(token)) = (&visitor.member, &visitor.token) else {
        return see_other(&sign_in_to(PAGE));
    };
    let (old, new) = (fields.secret("old_password"), fields.secret("password"));
    let changed = state
        .services
        .access
        .change_password(member, &visitor.client, token, &old, &new)
        .await;
    match changed {
        Ok(()) => flash::lead_to(&state, &visitor, PAGE, "password"),
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
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let (Some(member), Some(token)) = (&visitor.member, &visitor.token) else {
        return see_other(&sign_in_to(PAGE));
    };
    let (services, client) = (&state.services, &visitor.client);
    let id = fields.text("end");
    let (ended, done) = if id == "others" {
        let ended = services
            .access
            .end_other_sessions(member, client, token)
            .await;
        (ended, "others-ended")
    } else {
        let ended = services
            .access
            .end_session(member, client, token, &id)
            .await;
        (ended, "ended")
    };
    match ended.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => flash::lead_to(&state, &visitor, PAGE, done),
        Err(told) => render::after_failure(&state, &visitor, PAGE, None, &told).await,
    }
}
