//! `POST /account/password` and `/account/sessions`: a member's own password and sessions.

use super::ACCOUNT;
use crate::FormRequest;
use crate::account::show;
use crate::account::view::RefusedForm;
use crate::fields::Fields;
use crate::form::FormResult;

pub async fn change_password(request: FormRequest<Fields>) -> FormResult {
    let (sender, token) = request.sender_with_session(ACCOUNT)?;
    let (old, new) = (
        request.body.secret("old_password"),
        request.body.secret("password"),
    );
    let access = &sender.services.access;
    let changed = access
        .change_password(sender.member, sender.client, token, &old, &new)
        .await;
    let again = async |failure| {
        let data = sender.backend.account().await;
        show::content(data, Some(RefusedForm::Password(failure)))
    };
    Ok(sender.finish(changed, (ACCOUNT, "password"), again).await)
}

/// Ends the session that the field `end` names, or all others if its value is `others`.
pub async fn end_sessions(request: FormRequest<Fields>) -> FormResult {
    let (sender, token) = request.sender_with_session(ACCOUNT)?;
    let (access, member, client) = (&sender.services.access, sender.member, sender.client);
    let id = request.body.text("end");
    let (ended, notice) = if id == "others" {
        let ended = access.end_other_sessions(member, client, token).await;
        (ended, "others-ended")
    } else {
        (
            access.end_session(member, client, token, &id).await,
            "ended",
        )
    };
    let (load, content) = (sender.backend.account(), |data| show::content(data, None));
    Ok(sender
        .finish_or_report(ended, (ACCOUNT, notice), |_| None, load, content)
        .await)
}
