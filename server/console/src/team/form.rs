//! `POST /team/invite`, `/team/withdraw` and `/team/{id}/…`: changes to the members of an account.

use crate::backend::failure;
use crate::fields::Fields;
use crate::form::refuse;
use crate::return_path::sign_in_url;
use crate::{FormRequest, Visitor, render, see_other, team};
use app::Content;
use app::request::FormAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Failure, InviteForm, MemberId};
use service::RequireFactorOutcome;
use web::AppState;
use web::http::Segment;

const PAGE: &str = "/team";
const INVITE: &str = "/team/invite";

/// Invites a person by mail. If mail is not set up, not wanted or not accepted, the page shows the
/// link once, since the server does not keep it.
pub async fn invite(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(INVITE));
    };
    let form = InviteForm {
        email: fields.text("email"),
        role: fields.text("role"),
        by_link: !fields.text("by_link").is_empty(),
    };
    match state
        .services
        .team
        .invite(member, &visitor.client, &form)
        .await
    {
        Ok(invited) => {
            let mut mail_problem = None;
            if let Some(mailer) = state.mailer.as_deref().filter(|_| !form.by_link) {
                let sent = state
                    .services
                    .team
                    .mail_invitation(member, &invited, mailer);
                mail_problem = team::words::not_sent(sent.await);
                if mail_problem.is_none() {
                    return visitor.redirect_with_flash(&state, PAGE, "invited");
                }
            }
            let invitation = team::page::invitation(invited, member, mail_problem);
            let content =
                Content::new(move || team::view::invitation_link_page(invitation.clone()));
            render::show(&state, &visitor, INVITE, content).await
        }
        Err(error) => {
            let failure = failure(error, &visitor.request_id);
            let answer = FormAnswer::Invite {
                form,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, INVITE, &failure, answer).await
        }
    }
}

pub async fn withdraw_invitation(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    let withdrawn = state
        .services
        .team
        .withdraw_invitation(member, &visitor.client, &fields.text("email"))
        .await;
    match withdrawn.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => visitor.redirect_with_flash(&state, PAGE, "withdrawn"),
        Err(failure) => render::after_failure(&state, &visitor, PAGE, None, &failure).await,
    }
}

/// Makes two-factor authentication required or optional for all members.
pub async fn require_second_factor(
    State(state): State<AppState>,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(PAGE));
    };
    let is_required = fields.text("required") == "1";
    let outcome = state
        .services
        .team
        .require_second_factor(member, &visitor.client, is_required)
        .await;
    match outcome.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(RequireFactorOutcome::Done) => {
            let notice = if is_required {
                "factor-required"
            } else {
                "factor-optional"
            };
            visitor.redirect_with_flash(&state, PAGE, notice)
        }
        Ok(RequireFactorOutcome::OwnFactorFirst) => {
            let (notice, failure) = (Some("own-factor-first"), Failure::Forbidden);
            render::after_failure(&state, &visitor, PAGE, notice, &failure).await
        }
        Err(failure) => render::after_failure(&state, &visitor, PAGE, None, &failure).await,
    }
}

/// Sends a member a link for a new password. Only its recipient sees it.
pub async fn mail_reset(
    State(state): State<AppState>,
    visitor: Visitor,
    Segment(id): Segment,
) -> Response {
    let (Ok(id), Some(mailer)) = (
        MemberId::parse(&id.unwrap_or_default()),
        state.mailer.as_deref(),
    ) else {
        return render::not_found(&state, &visitor).await;
    };
    let page = format!("/team/{id}");
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let sent = state
        .services
        .team
        .mail_reset(member, &visitor.client, &id, mailer)
        .await;
    match sent.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(delivery) => match team::words::not_sent(delivery) {
            None => visitor.redirect_with_flash(&state, PAGE, "reset-sent"),
            Some(problem) => {
                let answer = FormAnswer::ResetNotSent { problem };
                let mut response = render::answer(&state, &visitor, &page, answer).await;
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response
            }
        },
        Err(failure) => {
            let answer = FormAnswer::Member {
                confirm: String::new(),
                failure: failure.clone(),
            };
            refuse(&state, &visitor, &page, &failure, answer).await
        }
    }
}

/// Change of a member.
enum MemberChange {
    /// The chosen role, and the role at the time when the form was loaded.
    Role {
        to: String,
        seen: String,
    },
    Deactivate,
    Reactivate,
    /// The text that was typed to confirm.
    HandOver(String),
}

pub async fn change_role(
    state: State<AppState>,
    id: Segment,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let change = MemberChange::Role {
        to: fields.text("role"),
        seen: fields.text("seen"),
    };
    apply_change(state, visitor, id, change).await
}

pub async fn deactivate_member(state: State<AppState>, visitor: Visitor, id: Segment) -> Response {
    apply_change(state, visitor, id, MemberChange::Deactivate).await
}

pub async fn reactivate_member(state: State<AppState>, visitor: Visitor, id: Segment) -> Response {
    apply_change(state, visitor, id, MemberChange::Reactivate).await
}

pub async fn hand_over(
    state: State<AppState>,
    id: Segment,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    apply_change(
        state,
        visitor,
        id,
        MemberChange::HandOver(fields.text("confirm")),
    )
    .await
}

/// Redirects to the team page, which reports the change. After a refusal, the member's page keeps
/// what was typed.
async fn apply_change(
    State(state): State<AppState>,
    visitor: Visitor,
    Segment(id): Segment,
    change: MemberChange,
) -> Response {
    let Ok(id) = MemberId::parse(&id.unwrap_or_default()) else {
        return render::not_found(&state, &visitor).await;
    };
    let page = format!("/team/{id}");
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let (services, client) = (&state.services, &visitor.client);
    let (result, notice) = match &change {
        MemberChange::Role { to, seen } => {
            let result = services
                .team
                .change_role(member, client, &id, to, seen)
                .await;
            (result, "role")
        }
        MemberChange::Deactivate => {
            let result = services.team.deactivate(member, client, &id).await;
            (result, "deactivated")
        }
        MemberChange::Reactivate => {
            let result = services.team.reactivate(member, client, &id).await;
            (result, "reactivated")
        }
        MemberChange::HandOver(typed) => {
            let result = services.team.hand_over(member, client, &id, typed).await;
            (result, "handed-over")
        }
    };
    match result.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(()) => visitor.redirect_with_flash(&state, PAGE, notice),
        Err(failure) => {
            let confirm = match change {
                MemberChange::HandOver(typed) => typed,
                _ => String::new(),
            };
            let answer = FormAnswer::Member {
                confirm,
                failure: failure.clone(),
            };
            refuse(&state, &visitor, &page, &failure, answer).await
        }
    }
}
