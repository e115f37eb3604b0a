//! `POST /team/invite`, `/team/withdraw` and `/team/{id}/…`: changes to the members of an account.

use super::view::{RefusedForm, invitation_link_page};
use super::{page, show, words};
use crate::fields::Fields;
use crate::form::{FormResult, Sender};
use crate::refused::Refused;
use crate::{FormRequest, render};
use app::Content;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Failure, MemberId};
use service::store::SessionChoice;
use service::{Error, RequireFactorOutcome};

const PAGE: &str = "/team";

/// Invites a person by mail. If mail is not set up, not wanted or not accepted, the page shows the
/// link once, since the server does not keep it.
pub async fn invite(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender_or_keep("/team/invite")?;
    let form = show::read_invitation(&request.body);
    let (team, member) = (&sender.services.team, sender.member);
    let invited = team.invite(member, sender.client, &form).await;
    let mut mail_problem = None;
    if let (Ok(invited), Some(mailer), false) = (&invited, &request.state.mailer, form.by_link) {
        let sent = team.mail_invitation(member, invited, mailer.as_ref());
        mail_problem = words::not_sent(sent.await);
        if mail_problem.is_none() {
            return Ok(sender.redirect(PAGE, "invited"));
        }
    }
    let show = |invited| {
        let invitation = page::invitation(invited, member, mail_problem);
        Content::new(move || invitation_link_page(invitation.clone()))
    };
    let again = async |failure| {
        let refused = Some(Refused { form, failure });
        show::invite_content(&sender.backend, refused).await
    };
    Ok(sender.show_or_refuse(invited, show, again).await)
}

pub async fn withdraw_invitation(request: FormRequest<Fields>) -> FormResult {
    let (sender, email) = (request.sender(PAGE)?, request.body.text("email"));
    let (member, client) = (sender.member, sender.client);
    let withdrawn = sender
        .services
        .team
        .withdraw_invitation(member, client, &email)
        .await;
    let (done, load) = ((PAGE, "withdrawn"), sender.backend.team(None));
    Ok(sender
        .finish_or_report(withdrawn, done, |_| None, load, show::team_content)
        .await)
}

/// Makes two-factor authentication required or optional for all members.
pub async fn require_second_factor(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender(PAGE)?;
    let (required, notice) = match &*request.body.text("required") {
        "1" => (true, "factor-required"),
        _ => (false, "factor-optional"),
    };
    let team = &sender.services.team;
    let outcome = team
        .require_second_factor(sender.member, sender.client, required)
        .await;
    let (failure, reason) = match sender.outcome(outcome) {
        Ok(RequireFactorOutcome::Done) => return Ok(sender.redirect(PAGE, notice)),
        Ok(RequireFactorOutcome::OwnFactorFirst) => (Failure::Forbidden, Some("own-factor-first")),
        Err(failure) => (failure, None),
    };
    let load = sender.backend.team(None);
    Ok(sender
        .report(&failure, reason, load, show::team_content)
        .await)
}

/// Sends a member a link for a new password. Only its recipient sees it.
pub async fn mail_reset(request: FormRequest<(), MemberId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let Some(mailer) = request.state.mailer.as_deref() else {
        return Ok(render::not_found(&request.state, &request.visitor, &page).await);
    };
    let team = &sender.services.team;
    let sent = team
        .mail_reset(sender.member, sender.client, id, mailer)
        .await;
    match sent.map(words::not_sent) {
        Ok(Some(problem)) => {
            let refused = Some(RefusedForm::ResetNotSent { problem });
            let content = show::member_content(&sender.backend, id.as_str(), refused).await;
            let mut response = sender.answer(content).await;
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            Ok(response)
        }
        sent => {
            let sent = sent.map(|_| ());
            Ok(finish(&sender, id, sent, "reset-sent", String::new()).await)
        }
    }
}

pub async fn change_role(request: FormRequest<Fields, MemberId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let (role, seen) = (request.body.text("role"), request.body.text("seen"));
    let team = &sender.services.team;
    let changed = team
        .change_role(sender.member, sender.client, id, &role, &seen)
        .await;
    Ok(finish(&sender, id, changed, "role", String::new()).await)
}

pub async fn deactivate_member(request: FormRequest<(), MemberId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let changed = sender
        .services
        .team
        .deactivate(sender.member, sender.client, id)
        .await;
    Ok(finish(&sender, id, changed, "deactivated", String::new()).await)
}

pub async fn reactivate_member(request: FormRequest<(), MemberId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let changed = sender
        .services
        .team
        .reactivate(sender.member, sender.client, id)
        .await;
    Ok(finish(&sender, id, changed, "reactivated", String::new()).await)
}

/// Ends the session that the field `end` names, or all sessions of the member if its value is
/// `all`. The member's page reports it.
pub async fn end_sessions(request: FormRequest<Fields, MemberId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let (sender, end) = (request.sender(&page)?, request.body.text("end"));
    let (choice, notice) = match end.as_str() {
        "all" => (SessionChoice::All, "sessions-ended"),
        one => (SessionChoice::One(one), "session-ended"),
    };
    let team = &sender.services.team;
    let ended = team
        .end_sessions(sender.member, sender.client, id, choice)
        .await;
    let again = async |failure| {
        let confirm = String::new();
        let refused = Some(RefusedForm::Change { confirm, failure });
        show::member_content(&sender.backend, id.as_str(), refused).await
    };
    Ok(sender.finish_counted(ended, (&page, notice), again).await)
}

pub async fn hand_over(request: FormRequest<Fields, MemberId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let confirm = request.body.text("confirm");
    let team = &sender.services.team;
    let changed = team
        .hand_over(sender.member, sender.client, id, &confirm)
        .await;
    Ok(finish(&sender, id, changed, "handed-over", confirm).await)
}

fn path(id: &MemberId) -> String {
    format!("{PAGE}/{id}")
}

/// Redirects to the team page, which reports the change. After a refusal, the member's page keeps
/// what was typed.
async fn finish(
    sender: &Sender<'_>,
    id: &MemberId,
    changed: Result<(), Error>,
    notice: &str,
    typed: String,
) -> Response {
    let again = async |failure| {
        let confirm = typed;
        let refused = Some(RefusedForm::Change { confirm, failure });
        show::member_content(&sender.backend, id.as_str(), refused).await
    };
    sender.finish(changed, (PAGE, notice), again).await
}
