//! `POST /keys/several`

use super::{LIST, show};
use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::return_path::same_list;
use domain::BulkForm;

pub async fn bulk_keys(request: FormRequest<Fields>) -> FormResult {
    // Without its query, the confirmation page has no keys, so the sign-in page leads back to the
    // list.
    request.sender(LIST)?;
    let sender = request.sender("/keys/several")?;
    let form = BulkForm {
        action: request.body.text("do"),
        keys: request.body.texts("key"),
        reason: request.body.text("reason"),
        count: request.body.text("count"),
        seen: request.body.text("seen"),
        list: same_list(&request.body.text("list"), LIST).to_owned(),
    };
    let changed = sender
        .services
        .keys
        .change_bulk(sender.member, sender.client, &form);
    let (changed, notice, list) = (changed.await, form.action.clone(), form.list.clone());
    let again = async |failure| show::refused(&sender.backend, form, failure).await;
    Ok(sender
        .finish_counted(changed, (&list, &notice), again)
        .await)
}
