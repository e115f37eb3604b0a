//! `POST /keys/several`, `/keys/revoke-all` and `/settings/key-creation`

use super::refuse;
use crate::AppState;
use crate::console::door::failure;
use crate::console::fields::Fields;
use crate::console::next::sign_in_to;
use crate::console::{Posted, flash, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::SeveralForm;

pub async fn several_keys(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to("/keys"));
    };
    let form = SeveralForm {
        act: fields.text("do"),
        keys: fields.texts("key"),
        reason: fields.text("reason"),
        count: fields.text("count"),
    };
    let changed = state
        .services
        .keys
        .change_bulk(member, &visitor.client, &form)
        .await;
    match changed {
        Ok(number) => flash::lead_to_count(&state, &visitor, "/keys", &form.act, number),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::Several {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, "/keys/several", &failure, answer).await
        }
    }
}

pub async fn revoke_all(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    const PAGE: &str = "/keys/revoke-all";
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to(PAGE));
    };
    let confirm = fields.text("confirm");
    let revoked = state
        .services
        .emergencies
        .revoke_all(member, &visitor.client, &confirm)
        .await;
    match revoked {
        Ok(number) => flash::lead_to_count(&state, &visitor, "/keys", "revoke", number),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::RevokeAll {
                confirm,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, PAGE, &failure, answer).await
        }
    }
}

pub async fn key_creation(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    const PAGE: &str = "/settings";
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to(PAGE));
    };
    // Anything other than a clear "allow" stops the creation of keys.
    let stop = fields.text("stop") != "0";
    let changed = state
        .services
        .emergencies
        .stop_creation(member, &visitor.client, stop)
        .await;
    match changed {
        Ok(()) => flash::lead_to(&state, &visitor, PAGE, "saved"),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            render::after_failure(&state, &visitor, PAGE, None, &failure).await
        }
    }
}
