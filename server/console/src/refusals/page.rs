//! Data of the page that explains a refused call.

use super::words;
use domain::{Explanation, Lookup, RefusalPage};
use service::refusal::{CallId, Cause};
use service::store::{KeyRecord, RefusedCall};
use service::{Error, Member};
use web::AppState;
use web::words::time::display_time;

/// Characters of an id that are shown again. A longer text is not an id.
const SHOWN: usize = 100;

/// Explains the call with this id. Without an id, the page has no result.
///
/// # Errors
/// The database's.
pub async fn page(
    state: &AppState,
    member: &Member,
    id: Option<&str>,
) -> Result<RefusalPage, Error> {
    let raw = id.unwrap_or_default().trim();
    let lookup = match CallId::parse(raw) {
        _ if raw.is_empty() => Lookup::NotAsked,
        None => Lookup::NoId,
        Some(id) => match state.services.refusals.find(member, &id).await? {
            Some((call, key)) => Lookup::Found(Box::new(explanation(state, member, call, key))),
            None => Lookup::Unknown,
        },
    };
    // A key that was pasted is never shown again.
    let is_secret = raw.contains("vx_");
    let shown = if is_secret { 0 } else { SHOWN };
    Ok(RefusalPage {
        id: raw.chars().take(shown).collect(),
        lookup,
    })
}

fn explanation(
    state: &AppState,
    member: &Member,
    call: RefusedCall,
    key: Option<KeyRecord>,
) -> Explanation {
    let zone = member.time_zone();
    let (why, advice) = words(state.public_url.origin(), &call, key.as_ref(), zone);
    Explanation {
        at: display_time(call.at, zone),
        now: display_time(state.services.clock.now(), zone),
        code: call.code,
        why,
        advice,
        call: format!("{} {}", call.method, call.route).trim().to_owned(),
        key: key.map(|key| (key.id, key.name, key.preview)),
        entries: match call.cause {
            Cause::Entries(entries) => entries,
            _ => Vec::new(),
        },
    }
}
