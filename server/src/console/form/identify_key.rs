//! `POST /keys/found`

use super::refuse;
use crate::AppState;
use crate::console::backend::failure;
use crate::console::fields::Fields;
use crate::console::return_path::sign_in_url;
use crate::console::{FormRequest, keys, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;

const PAGE: &str = "/keys/found";

pub async fn identify_key(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    // The page's script fills in the first field, and a person without script the second.
    let digest = [fields.text("digest"), fields.text("typed")];
    let digest = digest.iter().find(|text| !text.is_empty());
    let digest = digest.map(String::as_str).unwrap_or_default();
    match state.services.keys.identify(member, digest).await {
        Ok(key) => {
            let key = key.map(|key| keys::page::identified(key, member.time_zone()));
            let answer = FormAnswer::Identified(key.map(Box::new));
            render::answer(&state, &visitor, PAGE, answer).await
        }
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::NotIdentified(failure.clone());
            refuse(&state, &visitor, PAGE, &failure, answer).await
        }
    }
}
