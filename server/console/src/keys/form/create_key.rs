//! `POST /keys`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, keys, render, see_other};
use app::Content;
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::CreateKeyForm;
use web::AppState;

/// Page that contains the form, and that is drawn as its response.
const PAGE: &str = "/keys/new";

/// Creates a key and directly answers with the page that shows the secret: a redirect would have to
/// store it.
pub async fn create_key(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    let form = CreateKeyForm {
        name: fields.text("name"),
        scopes: fields.texts("scopes"),
        expires: fields.text("expires"),
        last_day: fields.text("last_day"),
        note: fields.text("note"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        allow_list: fields.text("allow_list"),
        token: fields.text("token"),
    };
    match state
        .services
        .keys
        .issue(member, &visitor.client, &form)
        .await
    {
        Ok(issued) => {
            let public_url = state.public_url.origin();
            let issued = keys::page::issued(issued, member.time_zone(), public_url);
            let content = Content::new(move || keys::view::issued_key_page(issued.clone()));
            render::show(&state, &visitor, PAGE, content).await
        }
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::CreateKey {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, PAGE, &failure, answer).await
        }
    }
}
