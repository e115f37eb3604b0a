//! `POST /keys/found`

use crate::FormRequest;
use crate::fields::Fields;
use crate::form::FormResult;
use crate::keys::page;
use crate::keys::view::identified_key_page;
use app::Content;
use domain::{Failure, IdentifiedKey};

pub async fn identify_key(request: FormRequest<Fields>) -> FormResult {
    let sender = request.sender("/keys/found")?;
    // The page's script fills in the first field, and a person without script the second.
    let digest = [request.body.text("digest"), request.body.text("typed")];
    let digest = digest.iter().find(|text| !text.is_empty());
    let digest = digest.map(String::as_str).unwrap_or_default();
    let identified = sender.services.keys.identify(sender.member, digest).await;
    let content = |identified: Result<Option<IdentifiedKey>, Failure>| {
        Content::new(move || identified_key_page(identified.clone()))
    };
    let zone = sender.member.time_zone();
    let show = |key: Option<_>| content(Ok(key.map(|key| page::identified(key, zone))));
    let again = async |failure| content(Err(failure));
    Ok(sender.show_or_refuse(identified, show, again).await)
}
