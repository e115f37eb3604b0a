//! `POST /settings`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::SettingsForm;
use web::AppState;

const PAGE: &str = "/settings";

pub async fn change_settings(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    let form = SettingsForm {
        account_name: fields.text("account_name"),
        currency: fields.text("currency"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        time_zone: fields.text("time_zone"),
        keys_must_expire: !fields.text("keys_must_expire").is_empty(),
        key_max_days: fields.text("key_max_days"),
        seen: fields.text("seen"),
    };
    let changed = state
        .services
        .accounts
        .change(member, &visitor.client, &form)
        .await;
    match changed {
        Ok(()) => visitor.redirect_with_flash(&state, PAGE, "saved"),
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::Settings {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, PAGE, &failure, answer).await
        }
    }
}
