//! `POST /keys/{id}/revoke`

use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::keys::show;
use crate::refused::Refused;
use domain::{KeyId, RevokeKeyForm};

pub async fn revoke_key(request: FormRequest<Fields, KeyId>) -> FormResult {
    let (id, fields) = (&request.id, &request.body);
    let (page, key_page) = (format!("/keys/{id}/revoke"), format!("/keys/{id}"));
    let sender = request.sender(&page)?;
    let form = RevokeKeyForm {
        reason: fields.text("reason"),
        confirm: fields.text("confirm"),
    };
    let revoked = sender
        .services
        .keys
        .revoke(sender.member, sender.client, id, &form)
        .await;
    let again = async |failure| {
        let refused = Some(Refused { form, failure });
        show::revoke_key_content(&sender.backend, Ok(id.clone()), refused).await
    };
    let revoked = revoked.map(|_| ());
    Ok(sender.finish(revoked, (&key_page, "revoked"), again).await)
}
