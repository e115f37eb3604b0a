//! `POST /keys/{id}/revoke`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::{KeyId, RevokeKeyForm};
use web::AppState;
use web::http::Segment;

pub async fn revoke_key(
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
    let page = format!("/keys/{id}/revoke");
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let form = RevokeKeyForm {
        reason: fields.text("reason"),
        confirm: fields.text("confirm"),
    };
    match state
        .services
        .keys
        .revoke(member, &visitor.client, &id, &form)
        .await
    {
        Ok(_) => visitor.redirect_with_flash(&state, &format!("/keys/{id}"), "revoked"),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::RevokeKey {
                id,
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, &page, &failure, answer).await
        }
    }
}
