//! `POST /account/second-factor`, `/account/second-factor/off` and `/account/recovery-codes`

use super::ACCOUNT;
use crate::account::show;
use crate::account::view::{CodesReason, RefusedForm, recovery_codes_page};
use crate::backend::failure;
use crate::fields::Fields;
use crate::form::{FormResult, Sender, SignedOut};
use crate::render::with_status;
use crate::{FormRequest, render, see_other};
use app::Content;
use domain::{Failure, ShownSecret};
use service::EnrolmentForm;

const ENROL: &str = "/account/second-factor";

/// Turns the second factor on, and shows the recovery codes once.
pub async fn enable_second_factor(request: FormRequest<Fields>) -> FormResult {
    let (state, visitor, fields) = (&request.state, &request.visitor, &request.body);
    let (Some(member), Some(token)) = (visitor.enrolling_member(), &visitor.token) else {
        return Err(SignedOut::at(ENROL));
    };
    let (access, sealed) = (&state.services.access, fields.text("sealed"));
    let enrolled = EnrolmentForm {
        sealed: &sealed,
        password: &fields.secret("old_password"),
        typed: &fields.secret("code"),
    };
    let enabled = access
        .enable_second_factor(&member, &visitor.client, token, enrolled)
        .await;
    let failure = match enabled.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(codes) => {
            let content = show_codes(&codes, CodesReason::Enabled);
            return Ok(render::answer_uncompressed(state, visitor, ENROL, content).await);
        }
        Err(failure) => failure,
    };
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
        // The same, or the member already has a second factor.
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
