//! `POST /account/second-factor`, `/account/second-factor/off` and `/account/recovery-codes`

use super::ACCOUNT;
use crate::account::show;
use crate::account::view::{
    CodesReason, PasswordStep, RefusedForm, enrolment_password_page, recovery_codes_page,
};
use crate::backend::failure;
use crate::fields::Fields;
use crate::form::{FormResult, Sender, SignedOut};
use crate::render::with_status;
use crate::{FormRequest, render, see_other};
use app::Content;
use domain::{Failure, Field, FieldError, ShownSecret};
use service::EnableFactorOutcome;

const ENROL: &str = "/account/second-factor";

/// Turns the second factor on in two steps: verifies the code, and asks for the password. Then it
/// shows the recovery codes once.
pub async fn enable_second_factor(request: FormRequest<Fields>) -> FormResult {
    let (state, visitor, fields) = (&request.state, &request.visitor, &request.body);
    let (Some(member), Some(token)) = (visitor.enrolling_member(), &visitor.token) else {
        return Err(SignedOut::at(state, visitor, ENROL));
    };
    let (access, sealed) = (&state.services.access, fields.text("sealed"));
    let code_confirmed = match fields.text("confirmed") {
        none if none.is_empty() => {
            let code = fields.secret("code");
            access.confirm_enrolment(&member, &sealed, &code).await
        }
        confirmed => Ok(confirmed),
    };
    let ask_password = async |confirmed: String, failure: Option<Failure>| {
        let step = PasswordStep {
            sealed: sealed.clone(),
            confirmed,
            failure,
        };
        let content = Content::new(move || enrolment_password_page(step.clone()));
        render::answer_uncompressed(state, visitor, ENROL, content).await
    };
    let (confirmed, enabled) = match code_confirmed {
        Ok(confirmed) if !fields.has("old_password") => {
            return Ok(ask_password(confirmed, None).await);
        }
        Ok(confirmed) => {
            let password = fields.secret("old_password");
            let enabled = access
                .enable_second_factor(&member, &visitor.client, token, &confirmed, &password)
                .await;
            (Some(confirmed), enabled)
        }
        Err(error) => (None, Err(error)),
    };
    let (confirmed, failure) = match enabled {
        Ok(EnableFactorOutcome::Enabled(codes)) => {
            let content = show_codes(&codes, CodesReason::Enabled);
            return Ok(render::answer_uncompressed(state, visitor, ENROL, content).await);
        }
        Ok(EnableFactorOutcome::CodeTooOld) => (None, code_too_old()),
        // The code stays confirmed, since only the password was refused.
        Err(error) => (confirmed, failure(error, &visitor.request_id)),
    };
    if let Some(confirmed) = confirmed.filter(|_| failure != Failure::NotFound) {
        let page = ask_password(confirmed, Some(failure.clone())).await;
        return Ok(with_status(page, &failure));
    }
    Ok(match access.reopen_enrolment(&member, &sealed) {
        Ok(enrolment) if failure != Failure::NotFound => {
            let content = show::second_factor_content(Ok(enrolment), Some(failure.clone()));
            with_status(
                render::answer_uncompressed(state, visitor, ENROL, content).await,
                &failure,
            )
        }
        // The secret was not issued by this server.
        _ if visitor.factor_due.is_some() => see_other(ENROL),
        // The secret was not issued by this server, or the member already has a second factor.
        _ => {
            let sender = request.sender(ACCOUNT)?;
            let data = sender.backend.account();
            sender
                .report(&failure, None, data, |data| show::content(data, None))
                .await
        }
    })
}

pub async fn disable_second_factor(request: FormRequest<Fields>) -> FormResult {
    let (sender, fields) = (request.sender(ACCOUNT)?, &request.body);
    let (password, code) = (fields.secret("old_password"), fields.secret("code"));
    let access = &sender.services.access;
    let disabled = access
        .disable_second_factor(sender.member, sender.client, &password, &code)
        .await;
    let again = async |failure| refused_change(&sender, fields, failure).await;
    Ok(sender
        .finish(disabled, (ACCOUNT, "factor-off"), again)
        .await)
}

/// Replaces the recovery codes, and shows the new ones once.
pub async fn renew_recovery_codes(request: FormRequest<Fields>) -> FormResult {
    let (sender, fields) = (request.sender(ACCOUNT)?, &request.body);
    let (password, code) = (fields.secret("old_password"), fields.secret("code"));
    let access = &sender.services.access;
    let renewed = access
        .renew_recovery_codes(sender.member, sender.client, &password, &code)
        .await;
    let show = |codes: Vec<String>| show_codes(&codes, CodesReason::Renewed);
    let again = async |failure| refused_change(&sender, fields, failure).await;
    Ok(sender.show_or_refuse(renewed, show, again).await)
}

/// Returns the failure that asks for another code, since the first one was confirmed too long ago.
fn code_too_old() -> Failure {
    let message =
        "You confirmed a code more than 10 minutes ago. Enter the code that your app shows now.";
    let error = FieldError {
        field: Field::Code,
        message: message.to_owned(),
    };
    Failure::Invalid {
        errors: vec![error],
    }
}

/// Returns the account page after a refused change of the second factor.
async fn refused_change(sender: &Sender<'_>, fields: &Fields, failure: Failure) -> Content {
    let data = sender.backend.account().await;
    let recovery = !fields.text("recovery").is_empty();
    show::content(data, Some(RefusedForm::FactorChange { recovery, failure }))
}

/// Returns new recovery codes, on the only page that ever contains them.
fn show_codes(codes: &[String], reason: CodesReason) -> Content {
    let codes = ShownSecret::new(codes.join("\n"));
    Content::new(move || recovery_codes_page(codes.clone(), reason))
}
