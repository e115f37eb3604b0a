//! `POST /keys/found`

use crate::backend::failure;
use crate::fields::Fields;
use crate::render::with_status;
use crate::return_path::sign_in_url;
use crate::{FormRequest, keys, render, see_other};
use app::Content;
use axum::extract::State;
use axum::response::Response;
use web::AppState;

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
    let identified = match state.services.keys.identify(member, digest).await {
        Ok(key) => Ok(key.map(|key| keys::page::identified(key, member.time_zone()))),
        Err(error) => Err(failure(error, &visitor.request_id)),
    };
    let refusal = identified.as_ref().err().cloned();
    let content = Content::new(move || keys::view::identified_key_page(identified.clone()));
    let page = render::show(&state, &visitor, PAGE, content).await;
    match refusal {
        Some(failure) => with_status(page, &failure),
        None => page,
    }
}
