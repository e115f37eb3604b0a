//! `POST /keys/several`, `/keys/revoke-all` and `/settings/key-creation`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::BulkForm;
use web::AppState;

pub async fn bulk_keys(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url("/keys"));
    };
    let form = BulkForm {
        action: fields.text("do"),
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
        Ok(number) => visitor.redirect_with_count(&state, "/keys", &form.action, number),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::Bulk {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, "/keys/several", &failure, answer).await
        }
    }
}

pub async fn revoke_all(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    const PAGE: &str = "/keys/revoke-all";
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    let confirm = fields.text("confirm");
    let revoked = state
        .services
        .emergencies
        .revoke_all(member, &visitor.client, &confirm)
        .await;
    match revoked {
        Ok(number) => visitor.redirect_with_count(&state, "/keys", "revoke", number),
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
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    const PAGE: &str = "/settings";
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    // Anything other than a clear "allow" stops the creation of keys.
    let stop = fields.text("stop") != "0";
    let changed = state
        .services
        .emergencies
        .stop_creation(member, &visitor.client, stop)
        .await;
    match changed {
        Ok(()) => visitor.redirect_with_flash(&state, PAGE, "saved"),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            render::after_failure(&state, &visitor, PAGE, None, &failure).await
        }
    }
}
