//! `POST /account/second-factor`, `/account/second-factor/off`, `/account/recovery-codes` and
//! `/sign-in/code`

use crate::account::view::{CodesReason, recovery_codes_page};
use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::render::with_status;
use crate::return_path::{same_site, sign_in_url};
use crate::{FormRequest, Visitor, account, cookies, render, see_other};
use app::Content;
use app::request::FormAnswer;
use axum::extract::State;
use axum::response::Response;
use domain::{Failure, ShownSecret};
use service::EnrolmentForm;
use web::AppState;

const ACCOUNT: &str = "/account";
const ENROL: &str = "/account/second-factor";
const SIGN_IN: &str = "/sign-in";

/// Turns the second factor on, and shows the recovery codes once.
pub async fn enable_second_factor(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let (Some(member), Some(token)) = (visitor.enrolling_member(), &visitor.token) else {
        return see_other(&sign_in_url(ENROL));
    };
    let (services, sealed) = (&state.services, fields.text("sealed"));
    let enrolled = EnrolmentForm {
        sealed: &sealed,
        password: &fields.secret("old_password"),
        typed: &fields.secret("code"),
    };
    let enabled = services
        .access
        .enable_second_factor(&member, &visitor.client, token, enrolled)
        .await;
    let failure = match enabled.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(codes) => {
            return show_codes(&state, &visitor, ENROL, &codes, CodesReason::Enabled).await;
        }
        Err(failure) => failure,
    };
    match services.access.reopen_enrolment(&member, &sealed) {
        Ok(enrolment) if failure != Failure::NotFound => {
            let refusal = Some(failure.clone());
            let content = Content::loaded(Ok(enrolment), move |data| {
                account::view::second_factor_page(data, refusal.clone())
            });
            with_status(
                render::show(&state, &visitor, ENROL, content).await,
                &failure,
            )
        }
        // The secret was not issued by this server.
        _ if visitor.factor_due.is_some() => see_other(ENROL),
        // The same, or the member already has a second factor.
        _ => render::after_failure(&state, &visitor, ACCOUNT, None, &failure).await,
    }
}

pub async fn disable_second_factor(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(ACCOUNT));
    };
    let (password, code) = (fields.secret("old_password"), fields.secret("code"));
    let disabled = state
        .services
        .access
        .disable_second_factor(member, &visitor.client, &password, &code)
        .await;
    match disabled.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => visitor.redirect_with_flash(&state, ACCOUNT, "factor-off"),
        Err(failure) => refuse_change(&state, &visitor, &fields, failure).await,
    }
}

/// Replaces the recovery codes, and shows the new ones once.
pub async fn renew_recovery_codes(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(ACCOUNT));
    };
    let (password, code) = (fields.secret("old_password"), fields.secret("code"));
    let renewed = state
        .services
        .access
        .renew_recovery_codes(member, &visitor.client, &password, &code)
        .await;
    match renewed.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(codes) => show_codes(&state, &visitor, ACCOUNT, &codes, CodesReason::Renewed).await,
        Err(failure) => refuse_change(&state, &visitor, &fields, failure).await,
    }
}

/// Shows the account page again after a refused change of the second factor.
async fn refuse_change(
    state: &AppState,
    visitor: &Visitor,
    fields: &Fields,
    failure: Failure,
) -> Response {
    let answer = FormAnswer::FactorChange {
        recovery: !fields.text("recovery").is_empty(),
        failure: failure.clone(),
    };
    refuse(state, visitor, ACCOUNT, &failure, answer).await
}

/// Shows new recovery codes, on the only page that ever contains them.
async fn show_codes(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    codes: &[String],
    reason: CodesReason,
) -> Response {
    let codes = ShownSecret::new(codes.join("\n"));
    let content = Content::new(move || recovery_codes_page(codes.clone(), reason));
    render::show(state, visitor, path, content).await
}

/// Completes a sign-in with a code. If the first step has expired, the sign-in starts again.
pub async fn sign_in_code(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let (step, next) = (fields.secret("step"), fields.text("next"));
    let ask = |recovery, failure| FormAnswer::Code {
        step: ShownSecret::new(step.to_string()),
        next: same_site(&next).to_owned(),
        recovery,
        failure,
    };
    // A button that asks for the other kind of code submits no code.
    let method = fields.text("ask");
    if !method.is_empty() {
        let answer = ask(method == "recovery", None);
        return render::answer(&state, &visitor, SIGN_IN, answer).await;
    }
    let opened = state
        .services
        .sessions
        .finish_sign_in(&step, &fields.secret("code"), &visitor.client)
        .await;
    match opened.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(token) => {
            visitor.end_session(&state).await;
            let mut response = see_other(same_site(&next));
            cookies::set_session(&mut response, &state.public_url, token.expose());
            response
        }
        Err(Failure::SignedOut) => see_other(&sign_in_url(same_site(&next))),
        Err(failure) => {
            let recovery = !fields.text("recovery").is_empty();
            let answer = ask(recovery, Some(failure.clone()));
            refuse(&state, &visitor, SIGN_IN, &failure, answer).await
        }
    }
}
