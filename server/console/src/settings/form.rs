//! `POST /settings`, `/settings/key-creation` and `/keys/revoke-all`

use super::show;
use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::refused::Refused;

const PAGE: &str = "/settings";

pub async fn change_settings(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender_or_keep(PAGE)?;
    let form = show::read_form(&request.body);
    let changed = sender
        .services
        .accounts
        .change(sender.member, sender.client, &form)
        .await;
    let again = async |failure| {
        let data = sender.backend.settings().await;
        show::content(data, Some(Refused { form, failure }))
    };
    Ok(sender.finish(changed, (PAGE, "saved"), again).await)
}

pub async fn key_creation(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender(PAGE)?;
    // Anything other than a clear "allow" stops the creation of keys.
    let stop = request.body.text("stop") != "0";
    let emergencies = &sender.services.emergencies;
    let changed = emergencies
        .stop_creation(sender.member, sender.client, stop)
        .await;
    let (load, content) = (sender.backend.settings(), |data| show::content(data, None));
    Ok(sender
        .finish_or_report(changed, (PAGE, "saved"), |_| None, load, content)
        .await)
}

pub async fn revoke_all(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender("/keys/revoke-all")?;
    let confirm = request.body.text("confirm");
    let emergencies = &sender.services.emergencies;
    let revoked = emergencies
        .revoke_all(sender.member, sender.client, &confirm)
        .await;
    let again = async |failure| {
        let form = confirm;
        show::revoke_all_content(&sender.backend, Some(Refused { form, failure })).await
    };
    Ok(sender
        .finish_counted(revoked, ("/keys", "revoke"), again)
        .await)
}
