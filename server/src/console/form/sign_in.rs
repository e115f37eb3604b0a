//! `POST /sign-in`

use super::refuse;
use crate::AppState;
use crate::console::door::failure;
use crate::console::fields::Fields;
use crate::console::next::same_site;
use crate::console::{Posted, cookies, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use service::SignedIn;

pub async fn sign_in(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let (email, next) = (fields.text("email"), fields.text("next"));
    match state
        .service
        .sign_in(&email, &fields.secret("password"), &visitor.client)
        .await
    {
        Ok(SignedIn::CodeNeeded(step)) => {
            let answer = FormAnswer::Code {
                step: step.expose().to_owned(),
                next: same_site(&next).to_owned(),
                failure: None,
            };
            render::answer(&state, &visitor, "/sign-in", answer).await
        }
        Ok(SignedIn::Session(token)) => {
            visitor.leave(&state).await;
            let mut response = see_other(same_site(&next));
            cookies::set_session(&mut response, &state.public_url, token.expose());
            response
        }
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::SignIn {
                email,
                next: same_site(&next).to_owned(),
                failure: failure.clone(),
            };
            refuse(&state, &visitor, "/sign-in", &failure, answer).await
        }
    }
}
