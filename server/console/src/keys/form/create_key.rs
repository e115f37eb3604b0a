//! `POST /keys` and `POST /keys/new`

use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::keys::view::issued_key_page;
use crate::keys::{page, show};
use app::Content;
use service::keys::IssuedKey;

/// Creates a key and directly answers with the page that shows the secret: a redirect would have to
/// store it.
pub async fn create_key(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender_or_keep("/keys/new")?;
    let form = show::read_create_form(&request.body);
    let issued = sender
        .services
        .keys
        .issue(sender.member, sender.client, &form)
        .await;
    let show = |issued: IssuedKey| {
        let namesake = issued.namesake.as_ref().map(|other| other.id.clone());
        let issued = page::issued(issued, sender.member.time_zone(), sender.public_url());
        Content::new(move || issued_key_page(issued.clone(), namesake.as_ref()))
    };
    let again = async |failure| show::new_key_content(&sender.backend, form, Some(failure)).await;
    Ok(sender.show_or_refuse(issued, show, again).await)
}

/// Shows the form again with the permissions of a preset, and creates nothing. A form that is sent
/// by GET would put the note and the name into the address.
pub async fn apply_preset(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender_or_keep("/keys/new")?;
    let mut form = show::read_create_form(&request.body);
    if let Some(scopes) = show::preset_scopes(&request.body.text("preset")) {
        form.scopes = scopes;
    }
    let content = show::new_key_content(&sender.backend, form, None).await;
    Ok(sender.answer(content).await)
}
