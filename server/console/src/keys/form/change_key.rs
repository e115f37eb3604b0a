//! `POST /keys/{id}/edit`, `/keys/{id}/undo`, `/keys/{id}/pause`, `/keys/{id}/resume`,
//! `/keys/{id}/watch` and `/keys/{id}/enforce`

use crate::FormRequest;
use crate::fields::Fields;
use crate::form::{FormResult, Sender};
use crate::keys::quick_change::QuickChange;
use crate::keys::show;
use crate::refused::Refused;
use app::request::Flash;
use axum::response::Response;
use domain::{ActivityPeriod, Failure, KeyId};
use service::Error;
use service::keys::ChosenNetworks;

pub async fn edit_key(request: FormRequest<Fields, KeyId>) -> FormResult {
    let (id, fields) = (&request.id, &request.body);
    let (page, key_page) = (format!("/keys/{id}/edit"), path(id));
    let sender = request.sender_or_keep(&page)?;
    let form = show::read_edit_form(fields);
    let edited = sender
        .services
        .keys
        .edit(sender.member, sender.client, id, &form)
        .await;
    let change = QuickChange::of(&form, sender.member.time_zone());
    let notice = change.map_or_else(|| Flash::new("edited"), QuickChange::notice);
    let again = async |failure| {
        let refused = Some(Refused { form, failure });
        show::edit_key_content(&sender.backend, Ok(id.clone()), refused).await
    };
    let edited = edited.map(|()| notice);
    Ok(sender.finish_with(edited, &key_page, again).await)
}

pub async fn undo_edit(request: FormRequest<Fields, KeyId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let (keys, edit) = (&sender.services.keys, request.body.text("edit"));
    let undone = keys
        .undo_edit(sender.member, sender.client, id, &edit)
        .await;
    Ok(finish(&sender, id, "undone", undone).await)
}

pub async fn pause_key(request: FormRequest<(), KeyId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let paused = sender
        .services
        .keys
        .pause(sender.member, sender.client, id)
        .await;
    Ok(finish(&sender, id, "paused", paused).await)
}

pub async fn resume_key(request: FormRequest<(), KeyId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let resumed = sender
        .services
        .keys
        .resume(sender.member, sender.client, id)
        .await;
    Ok(finish(&sender, id, "resumed", resumed).await)
}

pub async fn watch_key(request: FormRequest<Fields, KeyId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let on = request.body.text("watch") != "off";
    let watched = sender
        .services
        .keys
        .watch(sender.member, sender.client, id, on)
        .await;
    let notice = if on { "watched" } else { "unwatched" };
    Ok(finish(&sender, id, notice, watched).await)
}

pub async fn enforce_networks(request: FormRequest<Fields, KeyId>) -> FormResult {
    let (id, page) = (&request.id, path(&request.id));
    let sender = request.sender(&page)?;
    let choice = ChosenNetworks {
        chosen: request.body.texts("networks"),
        offered: request.body.texts("offered"),
    };
    let enforced = (sender.services.keys)
        .enforce_networks(sender.member, sender.client, id, &choice)
        .await;
    if !matches!(enforced, Err(Error::Invalid(_))) {
        return Ok(finish(&sender, id, "enforced", enforced).await);
    }
    let again = async |failure| {
        let data = sender.backend.key(id, ActivityPeriod::default()).await;
        let form = choice;
        show::key_content_with(data, Some(Refused { form, failure }))
    };
    let refusal = sender.finish(enforced, (&page, "enforced"), again);
    Ok(Box::pin(refusal).await)
}

fn path(id: &KeyId) -> String {
    format!("/keys/{id}")
}

/// Redirects to the key's page, which reports the change. After a refusal, the page shows the
/// reason.
async fn finish(
    sender: &Sender<'_>,
    id: &KeyId,
    notice: &str,
    changed: Result<(), Error>,
) -> Response {
    let reason = |failure: &Failure| match failure {
        // An undo has no fields: the earlier settings themselves were refused.
        Failure::Invalid { .. } if notice == "undone" => Some("undo-refused"),
        Failure::Outdated { .. } if notice == "undone" => Some("not-undone"),
        Failure::Invalid { .. } | Failure::Outdated { .. } => Some("outdated"),
        Failure::AlreadyEnded => Some("over"),
        Failure::Forbidden => Some("not-allowed"),
        Failure::NotStored => Some("not-stored"),
        _ => None,
    };
    let load = sender.backend.key(id, ActivityPeriod::default());
    let path = path(id);
    let page = sender.finish_or_report(changed, (&path, notice), reason, load, show::key_content);
    // The data of a key's page makes a large future.
    Box::pin(page).await
}
