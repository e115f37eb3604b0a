//! `POST /keys/{id}/rotate`

use super::show;
use super::view::rotated_key_page;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::refused::Refused;
use crate::{FormRequest, keys};
use app::Content;
use domain::KeyId;

/// Rotates a key and, as for a new key, directly answers with the page that shows the secret.
pub async fn rotate_key(request: FormRequest<Fields, KeyId>) -> FormResult {
    let (id, fields) = (&request.id, &request.body);
    let page = format!("/keys/{id}/rotate");
    let sender = request.sender_or_keep(&page)?;
    let form = show::read_form(fields);
    let keys = &sender.services.keys;
    let rotated = keys.rotate(sender.member, sender.client, id, &form).await;
    let show = |(issued, old)| {
        let zone = sender.member.time_zone();
        let issued = keys::page::issued(issued, zone, sender.public_url());
        let old = keys::view(old, zone);
        Content::new(move || rotated_key_page(issued.clone(), &old))
    };
    let again = async |failure| {
        let refused = Some(Refused { form, failure });
        show::content(&sender.backend, Ok(id.clone()), refused).await
    };
    Ok(sender.show_or_refuse(rotated, show, again).await)
}
