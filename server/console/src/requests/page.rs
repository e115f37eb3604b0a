//! Data of the Requests page.

use super::filter::RefusalQuery;
use super::remedy::{best_action, remedy};
use super::summary::{matches, summary};
use super::words;
use domain::{
    Explanation, Failure, Lookup, RefusalCode, RefusalList, RefusalPage, RefusalRow, TextLink,
    Timestamp,
};
use service::key::PlainKey;
use service::refusal::{CallId, Cause};
use service::store::{KeyRecord, ListedRefusal, RefusedCall};
use service::{Error, Member, refusals};
use web::AppState;
use web::cursor::{ChangeList, read_change, write_change};
use web::http::status::status_of;
use web::words::time::display_time;

/// Characters of an id that are shown again. A longer text is not an id.
const SHOWN: usize = 100;

/// Explains the call with this id. If the id is missing or unknown, the page lists the refused
/// calls of the account instead.
///
/// # Errors
/// [`Failure::NotFound`] for a cursor that this server did not write, and the database's.
pub async fn page(
    state: &AppState,
    member: &Member,
    query: RefusalQuery,
    id: Option<&str>,
    cursor: Option<&str>,
) -> Result<RefusalPage, Error> {
    let now = state.services.clock.now();
    let raw = id.unwrap_or_default().trim();
    // A key that was pasted is never shown again.
    let is_secret = PlainKey::may_be_in(raw);
    let lookup = match CallId::parse(raw) {
        _ if raw.is_empty() => Lookup::NotAsked,
        None if is_secret => Lookup::FullKey,
        None => Lookup::NoId,
        Some(id) => match state.services.refusals.find(member, &id).await? {
            Some((call, key)) => {
                Lookup::Found(Box::new(explanation(state, member, call, key, now)))
            }
            None => Lookup::Unknown,
        },
    };
    let (list, summary) = if let Lookup::Found(_) = lookup {
        (None, None)
    } else {
        let list = list(state, member, &query, cursor).await?;
        let summary = match &list.matches {
            Some(matches) => Some(matches.clone()),
            None => totals(state, member).await,
        };
        (Some(list), summary)
    };
    let shown = if is_secret { 0 } else { SHOWN };
    Ok(RefusalPage {
        id: raw.chars().take(shown).collect(),
        lookup,
        list,
        summary,
        back: query.list().to_string(),
        now: display_time(now, member.time_zone()),
    })
}

/// Returns the numbers of all calls in a sentence. The list is more important: if they cannot be
/// read, it has no summary.
pub async fn totals(state: &AppState, member: &Member) -> Option<String> {
    let totals = state.services.refusals.call_totals(member).await;
    totals.ok().map(summary)
}

/// Lists refused calls, from the newest or from `cursor` on.
///
/// # Errors
/// [`Failure::NotFound`] for a cursor that this server did not write, and the database's.
pub async fn list(
    state: &AppState,
    member: &Member,
    query: &RefusalQuery,
    cursor: Option<&str>,
) -> Result<RefusalList, Error> {
    let before = cursor.map(|text| read_change(ChangeList::Refusals, text));
    let before = before.map(|seq| seq.ok_or(Failure::NotFound)).transpose()?;
    let page = match query.parse() {
        Some(filter) => Some(
            state
                .services
                .refusals
                .page(member, &filter, before)
                .await?,
        ),
        None => None,
    };
    let page = page.as_ref();
    let is_first = before.is_none();
    let cursor = |seq| write_change(ChangeList::Refusals, seq);
    let next = page.and_then(|page| page.next_before);
    let newest = page.map(|page| page.calls.first().map_or(0, |listed| listed.seq));
    let rows = page.into_iter().flat_map(|page| {
        let calls = page.calls.iter();
        calls.map(move |listed| row(listed, page, member, query))
    });
    Ok(RefusalList {
        rows: rows.collect(),
        filters: query.menus(page),
        matches: (!query.is_empty()).then(|| matches(page.map_or(0, |page| page.matches))),
        is_first,
        first: query.list().to_string(),
        next: next.map(|seq| query.list().with("cursor", cursor(seq)).to_string()),
        news: newest
            .filter(|_| is_first)
            .map(|seq| query.news().with("after", cursor(seq)).to_string()),
    })
}

fn row(
    ListedRefusal { call, .. }: &ListedRefusal,
    page: &refusals::RefusalPage,
    member: &Member,
    query: &RefusalQuery,
) -> RefusalRow {
    let code = RefusalCode::of(&call.code);
    let id = call.key.as_ref().map(|(_, id)| id);
    let key = id.and_then(|id| page.keys.get(id));
    let link = |text: String, name, value: &str| TextLink {
        text,
        href: query.list().with(name, value).to_string(),
    };
    RefusalRow {
        at: display_time(call.at, member.time_zone()),
        call: TextLink {
            text: request(call),
            href: query.list().with("id", call.id.as_str()).to_string(),
        },
        status: status(code),
        reason: link(code.label().to_owned(), "reason", &call.code),
        key: key.map(|key| link(key.name.to_string(), "key", key.id.as_str())),
        address: call.address.map(|address| {
            let text = address.to_string();
            link(text.clone(), "address", &text)
        }),
        remedy: remedy(call, key, member, page.now),
    }
}

/// Returns the method and the route, of which a request to an unknown path has none.
fn request(call: &RefusedCall) -> String {
    let route = if call.route.is_empty() {
        "unknown path"
    } else {
        &call.route
    };
    format!("{} {route}", call.method)
}

fn status(code: RefusalCode) -> Option<u16> {
    (code != RefusalCode::Other).then(|| status_of(code).as_u16())
}

fn explanation(
    state: &AppState,
    member: &Member,
    call: RefusedCall,
    key: Option<KeyRecord>,
    now: Timestamp,
) -> Explanation {
    let zone = member.time_zone();
    let (why, advice) = words(state.public_url.origin(), &call, key.as_ref(), zone);
    Explanation {
        at: display_time(call.at, zone),
        status: status(RefusalCode::of(&call.code)),
        remedy: best_action(&state.documents.docs, &call, key.as_ref(), member, now),
        why,
        advice,
        call: request(&call),
        address: call.address.map(|address| address.to_string()),
        code: call.code,
        key: key.map(|key| (key.id, key.name, key.preview)),
        entries: match call.cause {
            Cause::Entries(entries) => entries,
            _ => Vec::new(),
        },
    }
}
