//! Data of the Search page.

use super::action::Action;
use super::catalog;
use super::key_action::KeyAction;
use crate::ListAddress;
use crate::typed_words::{is_key_word, typed_words};
use app::Page;
use domain::{KeyView, Role, SearchGroup, SearchPage, SearchResult};
use service::key::PlainKey;
use service::refusal::CallId;

/// Number of keys that are shown. The list of keys has the others.
const MAX_KEYS: usize = 8;
/// Number of keys up to which all actions of each are shown. If there are more keys, the name of an
/// action has to be typed.
const MAX_KEYS_WITH_ACTIONS: usize = 3;
/// Number of other actions that are shown.
const MAX_ACTIONS: usize = 8;
/// Length of the longest text that keys are searched for, as in the list of keys.
const MAX_CHARS: usize = 64;

/// A text as it was typed, and how it is understood.
pub struct Query {
    text: String,
    /// Its words in lower case, without fillers.
    words: Vec<String>,
    /// The action on a key that the text names, as in “revoke rostock”.
    action: Option<KeyAction>,
    /// The text that keys are searched for.
    key_text: String,
}

impl Query {
    pub fn parse(text: &str) -> Self {
        let text = text.trim().to_owned();
        let typed: Vec<_> = typed_words(&text).collect();
        let action_of = |word: &&str| KeyAction::of_word(&word.to_lowercase());
        let at = typed.iter().position(|word| action_of(word).is_some());
        let others = typed.iter().enumerate();
        let others = others.filter(|(index, word)| Some(*index) != at && !is_key_word(word));
        let others: Vec<_> = others.map(|(_, word)| *word).collect();
        let names_key = at.is_some() && !others.is_empty();
        Self {
            words: typed.iter().map(|word| word.to_lowercase()).collect(),
            action: at
                .filter(|_| names_key)
                .and_then(|at| action_of(&typed[at])),
            key_text: if names_key {
                others.join(" ")
            } else {
                text.clone()
            },
            text,
        }
    }

    /// Returns the query of the list of keys that finds the keys; `None` if it would find none.
    pub fn key_search(&self) -> Option<String> {
        let (q, length) = (&self.key_text, self.text.chars().count());
        let is_searched = !q.is_empty() && length <= MAX_CHARS && !self.may_have_key();
        is_searched.then(|| ListAddress::new("/keys", [("q", q.as_str())]).query())
    }

    fn may_have_key(&self) -> bool {
        PlainKey::may_be_in(&self.text)
    }
}

/// Returns everything that matches a text. `keys` are those that the list of keys found for it.
pub fn page(query: Query, keys: &[KeyView], role: Role) -> SearchPage {
    let request = CallId::parse(&query.text).map(|id| SearchResult {
        text: "Look up this request".to_owned(),
        detail: id.as_str().to_owned(),
        href: ListAddress::new("/requests", [("id", id.as_str())]).to_string(),
        press: "",
    });
    let key_results: Vec<_> = keys.iter().take(MAX_KEYS).map(key_result).collect();
    let key_actions = if role.may_manage_keys() {
        key_actions(query.action, keys)
    } else {
        Vec::new()
    };
    // For an action with the name of a key, the action comes first.
    let is_action_first = query.action.is_some() && !key_actions.is_empty();
    let has_key = query.may_have_key();
    let (matching, pages) = if has_key {
        (Vec::new(), Vec::new())
    } else {
        let matching = catalog::matching(&query.words, role);
        (matching, catalog::pages(&query.words))
    };
    let begins = |action: &Action| action.begins_with(&query.words);
    let matching = matching.into_iter().take(MAX_ACTIONS);
    let (best, others): (Vec<_>, Vec<_>) = matching.partition(|action| begins(action));
    let is_best = is_action_first || !best.is_empty();
    let best = best.into_iter().map(action_result).chain(key_actions);
    let actions = best.chain(others.into_iter().map(action_result));
    let actions = actions.chain(has_key.then(found_key));
    let text = query.text.to_lowercase();
    let mut names = keys.iter().map(|key| key.name.as_str().to_lowercase());
    let key_begins = names.any(|name| name.starts_with(&text));
    let mut groups = [
        ("Keys", key_results, key_begins),
        ("Requests", request.into_iter().collect(), false),
        ("Actions", actions.collect(), is_best),
        (
            "Pages",
            pages.iter().copied().map(action_result).collect(),
            pages.iter().any(begins),
        ),
    ];
    // The sort is stable: results that begin with the text come first, and of those the keys.
    groups.sort_by_key(|(title, _, begins)| (!begins, is_action_first && *title != "Actions"));
    let groups = groups
        .into_iter()
        .filter(|(_, results, _)| !results.is_empty())
        .map(|(title, results, _)| SearchGroup { title, results });
    SearchPage {
        groups: groups.collect(),
        q: if has_key { String::new() } else { query.text },
    }
}

fn key_result(key: &KeyView) -> SearchResult {
    SearchResult {
        text: key.name.to_string(),
        detail: format!("{} · {}", key.preview, key.status.as_str()),
        href: format!("/keys/{}", key.id),
        press: "",
    }
}

/// Returns the action on each of the keys, or all actions of each if the text names none.
fn key_actions(named: Option<KeyAction>, keys: &[KeyView]) -> Vec<SearchResult> {
    let results = |key: &KeyView, action: KeyAction| {
        Some(SearchResult {
            text: format!("{} “{}”", action.verb(), key.name),
            detail: key.preview.clone(),
            href: action.page(key)?,
            press: "",
        })
    };
    match named {
        Some(action) => {
            let results = keys.iter().filter_map(|key| results(key, action));
            results.take(MAX_KEYS).collect()
        }
        None if keys.len() <= MAX_KEYS_WITH_ACTIONS => {
            let all = keys.iter().flat_map(|key| {
                let actions = KeyAction::ALL.into_iter();
                actions.filter_map(move |action| results(key, action))
            });
            all.collect()
        }
        None => Vec::new(),
    }
}

fn action_result(action: Action) -> SearchResult {
    SearchResult {
        text: action.text.to_owned(),
        detail: action.detail.to_owned(),
        href: action.href.to_owned(),
        press: action.press,
    }
}

fn found_key() -> SearchResult {
    SearchResult {
        text: Page::FoundKey.name().to_owned(),
        detail: "You entered a full key. This page identifies it without sending it.".to_owned(),
        href: Page::FoundKey.path().to_owned(),
        press: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_with_a_name_searches_keys_for_the_name() {
        for (text, action, key_text) in [
            ("revoke rostock", Some(KeyAction::Revoke), "rostock"),
            (
                "Rostock Feed revoke",
                Some(KeyAction::Revoke),
                "Rostock Feed",
            ),
            ("rename the key CRM", Some(KeyAction::Edit), "CRM"),
            ("revoke", None, "revoke"),
            ("revoke the key", None, "revoke the key"),
            ("rostock", None, "rostock"),
            ("Revoke revoke", Some(KeyAction::Revoke), "revoke"),
        ] {
            let query = Query::parse(text);
            assert_eq!(query.action, action, "{text}");
            assert_eq!(query.key_text, key_text, "{text}");
        }
    }
}
