//! `POST /sign-in` and `/sign-in/account`

use super::{Step, open_session, refuse, show};
use crate::backend::failure;
use crate::fields::Fields;
use crate::return_path::{same_site, sign_in_url};
use crate::{FormRequest, see_other};
use axum::response::Response;
use domain::{Failure, ShownSecret};
use service::{AccountChoice, SignInOutcome};

pub async fn sign_in(request: FormRequest<Fields>) -> Response {
    let (email, password) = (request.body.text("email"), request.body.secret("password"));
    let (sessions, client) = (&request.state.services.sessions, &request.visitor.client);
    match sessions.sign_in(&email, &password, client).await {
        Ok(signed_in) => continue_sign_in(&request, signed_in).await,
        Err(error) => {
            let failure = failure(error, &request.visitor.request_id);
            ask_again(&request, email, failure).await
        }
    }
}

/// Continues the sign-in at the chosen account, if the address and password belong to several.
pub async fn sign_in_account(request: FormRequest<Fields>) -> Response {
    let (step, client) = (request.body.secret("step"), &request.visitor.client);
    let chosen = request
        .state
        .services
        .sessions
        .choose_account(&step, client)
        .await;
    match chosen.map_err(|error| failure(error, &request.visitor.request_id)) {
        Ok(signed_in) => continue_sign_in(&request, signed_in).await,
        Err(Failure::SignedOut) => see_other(&sign_in_url(same_site(&request.body.text("next")))),
        Err(failure) => ask_again(&request, String::new(), failure).await,
    }
}

async fn ask_again(request: &FormRequest<Fields>, email: String, failure: Failure) -> Response {
    let step = Step::Password {
        email,
        next: same_site(&request.body.text("next")).to_owned(),
        has_ended: false,
        failure: Some(failure.clone()),
    };
    refuse(request, &failure, step).await
}

/// Sets the session's cookie, or shows the page that asks for the account or the code.
async fn continue_sign_in(request: &FormRequest<Fields>, signed_in: SignInOutcome) -> Response {
    let next = request.body.text("next");
    let next = same_site(&next).to_owned();
    let step = match signed_in {
        SignInOutcome::Session(token) => {
            return open_session(&request.state, &request.visitor, token.expose(), &next).await;
        }
        SignInOutcome::CodeNeeded(step) => Step::Code {
            step: ShownSecret::new(step.expose().to_owned()),
            next,
            recovery: false,
            failure: None,
        },
        SignInOutcome::AccountNeeded(choices) => {
            let choice = |choice: &AccountChoice| {
                let step = ShownSecret::new(choice.step.expose().to_owned());
                (step, choice.account_name.clone())
            };
            Step::ChooseAccount {
                choices: choices.iter().map(choice).collect(),
                next,
            }
        }
    };
    show(request, step).await
}
