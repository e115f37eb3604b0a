//! `POST /sign-in` and `/sign-in/account`

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::{same_site, sign_in_url};
use crate::{FormRequest, Visitor, cookies, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::{Failure, ShownSecret};
use service::{AccountChoice, SignInOutcome};
use web::AppState;

pub async fn sign_in(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let (email, next) = (fields.text("email"), fields.text("next"));
    match state
        .services
        .sessions
        .sign_in(&email, &fields.secret("password"), &visitor.client)
        .await
    {
        Ok(signed_in) => continue_sign_in(&state, &visitor, signed_in, &next).await,
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

/// Continues the sign-in at the chosen account, if the address and password belong to several.
pub async fn sign_in_account(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let (step, next) = (fields.secret("step"), fields.text("next"));
    let chosen = state
        .services
        .sessions
        .choose_account(&step, &visitor.client)
        .await;
    match chosen.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(signed_in) => continue_sign_in(&state, &visitor, signed_in, &next).await,
        Err(Failure::SignedOut) => see_other(&sign_in_url(same_site(&next))),
        Err(failure) => {
            let answer = FormAnswer::SignIn {
                email: String::new(),
                next: same_site(&next).to_owned(),
                failure: failure.clone(),
            };
            refuse(&state, &visitor, "/sign-in", &failure, answer).await
        }
    }
}

/// Sets the session's cookie, or shows the page that asks for the account or the code.
async fn continue_sign_in(
    state: &AppState,
    visitor: &Visitor,
    signed_in: SignInOutcome,
    next: &str,
) -> Response {
    let next = same_site(next);
    let answer = match signed_in {
        SignInOutcome::Session(token) => {
            visitor.end_session(state).await;
            let mut response = see_other(next);
            cookies::set_session(&mut response, &state.public_url, token.expose());
            return response;
        }
        SignInOutcome::CodeNeeded(step) => FormAnswer::Code {
            step: ShownSecret::new(step.expose().to_owned()),
            next: next.to_owned(),
            recovery: false,
            failure: None,
        },
        SignInOutcome::AccountNeeded(choices) => {
            let choice = |choice: &AccountChoice| {
                let step = ShownSecret::new(choice.step.expose().to_owned());
                (step, choice.account_name.clone())
            };
            FormAnswer::ChooseAccount {
                choices: choices.iter().map(choice).collect(),
                next: next.to_owned(),
            }
        }
    };
    render::answer(state, visitor, "/sign-in", answer).await
}
