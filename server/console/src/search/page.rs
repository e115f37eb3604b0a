//! Data of the Search page.

use crate::ListAddress;
use app::Page;
use domain::{KeyView, Role, SearchGroup, SearchPage, SearchResult};
use service::key::PlainKey;
use service::refusal::CallId;

/// Number of keys that are shown. The list of keys has the others.
const MAX_KEYS: usize = 8;
/// Length of the longest text that keys are searched for, as in the list of keys.
const MAX_CHARS: usize = 64;

/// Returns the query of the list of keys that searches for this text; `None` if it finds no keys.
pub fn key_search(q: &str) -> Option<String> {
    let is_searched = !q.is_empty() && q.chars().count() <= MAX_CHARS && !PlainKey::may_be_in(q);
    is_searched.then(|| ListAddress::new("/keys", [("q", q)]).query())
}

/// Returns what matches a text. `keys` are those that the list of keys found for it.
pub fn page(q: String, keys: Vec<KeyView>, role: Role) -> SearchPage {
    let key_results = keys.into_iter().take(MAX_KEYS).map(|key| SearchResult {
        text: key.name.to_string(),
        detail: format!("{} · {}", key.preview, key.status.as_str()),
        href: format!("/keys/{}", key.id),
    });
    let request = CallId::parse(&q).map(|id| SearchResult {
        text: "Look up this request".to_owned(),
        detail: id.as_str().to_owned(),
        href: ListAddress::new("/requests", [("id", id.as_str())]).to_string(),
    });
    let words: Vec<_> = q.split_whitespace().map(str::to_lowercase).collect();
    let matching = |all: Vec<(&'static str, &'static str)>| {
        let all = all.into_iter().filter(|(text, _)| {
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        });
        let results = all.map(|(text, href)| SearchResult {
            text: text.to_owned(),
            detail: String::new(),
            href: href.to_owned(),
        });
        results.collect::<Vec<_>>()
    };
    let has_key = PlainKey::may_be_in(&q);
    let actions = if has_key {
        vec![found_key()]
    } else {
        let mut actions = allowed_actions(role);
        // An action that cannot be undone is offered only if it is searched for.
        actions.retain(|(_, path)| !words.is_empty() || *path != Page::RevokeAll.path());
        matching(actions)
    };
    let in_menu = Page::ALL.iter().filter(|page| page.icon().is_some());
    let pages = in_menu.chain([&Page::Account]);
    let pages = pages.map(|page| (page.name(), page.path())).collect();
    let groups: [(&'static str, Vec<SearchResult>); 4] = [
        ("Keys", key_results.collect()),
        ("Requests", request.into_iter().collect()),
        ("Actions", actions),
        ("Pages", matching(pages)),
    ];
    let groups = groups.map(|(title, results)| SearchGroup { title, results });
    SearchPage {
        groups: groups
            .into_iter()
            .filter(|group| !group.results.is_empty())
            .collect(),
        // A key that was pasted is never shown again.
        q: if has_key { String::new() } else { q },
    }
}

fn found_key() -> SearchResult {
    SearchResult {
        text: Page::FoundKey.name().to_owned(),
        detail: "You entered a full key. This page identifies it without sending it.".to_owned(),
        href: Page::FoundKey.path().to_owned(),
    }
}

/// Returns the actions that this role allows.
fn allowed_actions(role: Role) -> Vec<(&'static str, &'static str)> {
    let of = |page: Page| (page.name(), page.path());
    let (manages_keys, invites) = (role.may_manage_keys(), role.may_manage(Role::Viewer));
    let all = [
        manages_keys.then(|| of(Page::NewKey)),
        Some(of(Page::FoundKey)),
        manages_keys.then(|| of(Page::Import)),
        invites.then(|| of(Page::Invite)),
        role.may_use_emergency_controls()
            .then(|| of(Page::RevokeAll)),
        Some(("Keyboard shortcuts", "/search#shortcuts")),
    ];
    all.into_iter().flatten().collect()
}
