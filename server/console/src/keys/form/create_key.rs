//! `POST /keys` and `POST /keys/new`

use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::keys::view::issued_key_page;
use crate::keys::{page, show};
use app::Content;
use domain::CreateKeyForm;

/// Creates a key and directly answers with the page that shows the secret: a redirect would have to
/// store it.
pub async fn create_key(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender("/keys/new")?;
    let form = read(&request.body);
    let issued = sender
        .services
        .keys
        .issue(sender.member, sender.client, &form)
        .await;
    let show = |issued| {
        let issued = page::issued(issued, sender.member.time_zone(), sender.public_url());
        Content::new(move || issued_key_page(issued.clone()))
    };
    let again = async |failure| show::new_key_content(&sender.backend, form, Some(failure)).await;
    Ok(sender.show_or_refuse(issued, show, again).await)
}

/// Shows the form again with the permissions of a preset, and creates nothing. A form that is sent
/// by GET would put the note and the name into the address.
pub async fn apply_preset(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender("/keys/new")?;
    let mut form = read(&request.body);
    if let Some(scopes) = show::preset_scopes(&request.body.text("preset")) {
        form.scopes = scopes;
    }
    let content = show::new_key_content(&sender.backend, form, None).await;
    Ok(sender.answer(content).await)
}

fn read(fields: &Fields) -> CreateKeyForm {
    CreateKeyForm {
        name: fields.text("name"),
        scopes: fields.texts("scopes"),
        expires: fields.text("expires"),
        last_day: fields.text("last_day"),
        note: fields.text("note"),
        limit_depth: fields.text("limit_depth"),
        limit_per_second: fields.text("limit_per_second"),
        allow_list: fields.text("allow_list"),
        token: fields.text("token"),
    }
}
