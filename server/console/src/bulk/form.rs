//! `POST /keys/several`

use super::show;
use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use domain::BulkForm;

const LIST: &str = "/keys";

pub async fn bulk_keys(request: FormRequest<Fields>) -> FormResult {
    // The confirmation has no keys without its address, so a sign-in leads back to the list.
    request.sender(LIST)?;
    let sender = request.sender("/keys/several")?;
    let form = BulkForm {
        action: request.body.text("do"),
        keys: request.body.texts("key"),
        reason: request.body.text("reason"),
        count: request.body.text("count"),
        seen: request.body.text("seen"),
    };
    let changed = sender
        .services
        .keys
        .change_bulk(sender.member, sender.client, &form);
    let (changed, notice) = (changed.await, form.action.clone());
    let again = async |failure| show::refused(&sender.backend, form, failure).await;
    Ok(sender.finish_counted(changed, (LIST, &notice), again).await)
}
