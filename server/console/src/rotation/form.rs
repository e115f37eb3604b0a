//! `POST /keys/{id}/rotate`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, keys, render, rotation, see_other};
use app::Content;
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::{KeyId, RotateKeyForm};
use web::AppState;
use web::http::Segment;

/// Rotates a key and, as for a new key, directly answers with the page that shows the secret.
pub async fn rotate_key(
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
    let page = format!("/keys/{id}/rotate");
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let form = RotateKeyForm {
        grace: fields.text("grace"),
        expires: fields.text("expires"),
        last_day: fields.text("last_day"),
        token: fields.text("token"),
    };
    match state
        .services
        .keys
        .rotate(member, &visitor.client, &id, &form)
        .await
    {
        Ok((issued, old)) => {
            let (zone, public_url) = (member.time_zone(), state.public_url.origin());
            let issued = keys::page::issued(issued, zone, public_url);
            let old = keys::view(old, zone);
            let content =
                Content::new(move || rotation::view::rotated_key_page(issued.clone(), &old));
            render::show(&state, &visitor, &page, content).await
        }
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::RotateKey {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, &page, &failure, answer).await
        }
    }
}
