//! `POST /account/second-factor`, `/account/second-factor/off` and `/sign-in/code`

use super::refuse;
use crate::AppState;
use crate::console::door::failure;
use crate::console::fields::Fields;
use crate::console::next::{same_site, sign_in_to};
use crate::console::{Posted, cookies, flash, render, see_other};
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::Failure;
use service::Enrolled;

const ACCOUNT: &str = "/account";
const ENROL: &str = "/account/second-factor";
const SIGN_IN: &str = "/sign-in";

/// Turns the second factor on, and shows the recovery codes once.
pub async fn enable_second_factor(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let (Some(member), Some(token)) = (&visitor.member, &visitor.token) else {
        return see_other(&sign_in_to(ENROL));
    };
    let (services, sealed) = (&state.services, fields.text("sealed"));
    let enrolled = Enrolled {
        sealed: &sealed,
        password: &fields.secret("old_password"),
        typed: &fields.secret("code"),
    };
    let enabled = services
        .access
        .enable_second_factor(member, &visitor.client, token, enrolled)
        .await;
    let told = match enabled.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(codes) => {
            let answer = FormAnswer::RecoveryCodes(codes);
            return render::answer(&state, &visitor, ENROL, answer).await;
        }
        Err(told) => told,
    };
    match services.access.enrolment_again(member, &sealed) {
        Ok(enrolment) if told != Failure::NotFound => {
            let answer = FormAnswer::Enrol {
                enrolment: Box::new(enrolment),
                failure: told.clone(),
            };
            refuse(&state, &visitor, ENROL, &told, answer).await
        }
        // The secret was not issued by this server, or the member already has a second factor.
        _ => render::after_failure(&state, &visitor, ACCOUNT, None, &told).await,
    }
}

pub async fn disable_second_factor(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to(ACCOUNT));
    };
    let (password, code) = (fields.secret("old_password"), fields.secret("code"));
    let disabled = state
        .services
        .access
        .disable_second_factor(member, &visitor.client, &password, &code)
        .await;
    match disabled.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => flash::lead_to(&state, &visitor, ACCOUNT, "factor-off"),
        Err(told) => {
            let answer = FormAnswer::FactorOff {
                recovery: !fields.text("recovery").is_empty(),
                failure: told.clone(),
            };
            refuse(&state, &visitor, ACCOUNT, &told, answer).await
        }
    }
}

/// Completes a sign-in with a code. If the first step has expired, the sign-in starts again.
pub async fn sign_in_code(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let (step, next) = (fields.secret("step"), fields.text("next"));
    let ask = |recovery, failure| FormAnswer::Code {
        step: step.to_string(),
        next: same_site(&next).to_owned(),
        recovery,
        failure,
    };
    // A button that asks for the other kind of code submits no code.
    let asked = fields.text("ask");
    if !asked.is_empty() {
        let answer = ask(asked == "recovery", None);
        return render::answer(&state, &visitor, SIGN_IN, answer).await;
    }
    let opened = state
        .services
        .sessions
        .finish_sign_in(&step, &fields.secret("code"), &visitor.client)
        .await;
    match opened.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(token) => {
            visitor.leave(&state).await;
            let mut response = see_other(same_site(&next));
            cookies::set_session(&mut response, &state.public_url, token.expose());
            response
        }
        Err(Failure::SignedOut) => see_other(&sign_in_to(same_site(&next))),
        Err(told) => {
            let recovery = !fields.text("recovery").is_empty();
            let answer = ask(recovery, Some(told.clone()));
            refuse(&state, &visitor, SIGN_IN, &told, answer).await
        }
    }
}
