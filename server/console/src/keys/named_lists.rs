//! Lists of keys that have a name, each selected by one filter. People type these names into the
//! search of the list and into that of the whole console.

use super::address::first_page;
use crate::typed_words::{is_key_word, name_it, typed_words};
use domain::{KeyQuery, ListLink};

/// A list with the keys that one filter selects.
pub struct NamedList {
    /// Its keys, in words.
    pub name: &'static str,
    /// Other words for them, in lower case.
    pub words: &'static str,
    pub href: &'static str,
    /// Title of the list while no key is in it.
    empty: &'static str,
}

/// Lists of the keys to which a rule applies.
pub const BY_RULE: [NamedList; 4] = [
    NamedList {
        name: "API keys that were never used",
        words: "unused not idle",
        href: "/keys?unused=never",
        empty: "Every key has been used",
    },
    NamedList {
        name: "API keys unused for 30 days",
        words: "not idle stale old inactive",
        href: "/keys?unused=30",
        empty: "No key is unused for 30 days",
    },
    NamedList {
        name: "API keys that expire within 30 days",
        words: "expiring expires expiry expiration soon",
        href: "/keys?expires=30",
        empty: "No key expires within 30 days",
    },
    NamedList {
        name: "API keys that need attention",
        words: "needs warnings problems risks",
        href: "/keys?status=attention",
        empty: "No key needs attention",
    },
];

/// Lists of the keys that have a status.
const BY_STATUS: [NamedList; 5] = [
    NamedList {
        name: "active keys",
        words: "",
        href: "/keys?status=active",
        empty: "No key is active",
    },
    NamedList {
        name: "paused keys",
        words: "",
        href: "/keys?status=paused",
        empty: "No key is paused",
    },
    NamedList {
        name: "expired keys",
        words: "inactive",
        href: "/keys?status=expired",
        empty: "No key has expired",
    },
    NamedList {
        name: "revoked keys",
        words: "inactive",
        href: "/keys?status=revoked",
        empty: "No key is revoked",
    },
    NamedList {
        name: "revoked or expired keys that are still in use",
        words: "dead",
        href: "/keys?status=dead-in-use",
        empty: "No revoked or expired key is in use",
    },
];

/// Length of the shortest text for which lists are suggested. The names of many keys contain
/// shorter ones.
const MIN_CHARS: usize = 4;

fn all() -> impl Iterator<Item = NamedList> {
    BY_RULE.into_iter().chain(BY_STATUS)
}

/// Returns links to the lists that a search text names.
pub fn suggestions(text: &str) -> Vec<ListLink> {
    let typed = typed_words(text).filter(|word| !is_key_word(word));
    let typed: Vec<_> = typed.map(str::to_lowercase).collect();
    let length: usize = typed.iter().map(|word| word.chars().count()).sum();
    if length < MIN_CHARS {
        return Vec::new();
    }
    let named = all().filter(|list| name_it(&typed, list.name, list.words));
    let links = named.map(|list| ListLink {
        text: list.name.trim_start_matches("API ").to_owned(),
        href: list.href.to_owned(),
        count: None,
        is_current: false,
    });
    links.collect()
}

/// Returns the title and the text of a list in which there are no keys.
///
/// `is_partial`: not every key of the account was searched.
pub fn empty_list(query: &KeyQuery, is_partial: bool) -> (String, String) {
    let (title, text) = if is_partial {
        let text = "None of the keys searched so far match.";
        ("No matches so far".to_owned(), text)
    } else if let Some(title) = empty_title(query) {
        (title, "")
    } else {
        let text = "Change your search or filters.";
        ("No matching keys".to_owned(), text)
    };
    (title, text.to_owned())
}

/// Returns what it means that the list is empty, if one filter alone selects it.
fn empty_title(query: &KeyQuery) -> Option<String> {
    let address = first_page(query).without("sort").to_string();
    let named = all().find(|list| list.href == address);
    let (unused, expires) = (&query.unused, &query.expires);
    let is_only = |filter: &str| {
        !filter.is_empty() && query.number_of_filters() == 1 && query.q.trim().is_empty()
    };
    match named {
        _ if !query.cursor.is_empty() => None,
        Some(list) => Some(list.empty.to_owned()),
        None if is_only(unused) => Some(format!("No key is unused for {}", in_days(unused))),
        None if is_only(expires) => Some(format!("No key expires within {}", in_days(expires))),
        None if is_only(&query.scope) => Some(format!("No key has the permission {}", query.scope)),
        None => None,
    }
}

/// Formats a number of days, such as `1 day`.
pub fn in_days(days: &str) -> String {
    let noun = if days == "1" { "day" } else { "days" };
    format!("{days} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(fields: &[(&str, &str)]) -> KeyQuery {
        let mut query = KeyQuery::default();
        for (name, value) in fields {
            query.set(name, (*value).to_owned());
        }
        query
    }

    #[test]
    fn search_text_suggests_the_lists_that_it_names() {
        let texts = |text: &str| -> Vec<String> {
            let links = suggestions(text).into_iter();
            links
                .map(|link| format!("{} {}", link.text, link.href))
                .collect()
        };
        let unused = [
            "keys that were never used /keys?unused=never",
            "keys unused for 30 days /keys?unused=30",
        ];
        assert_eq!(texts(" Unused "), unused);
        assert_eq!(texts("unused keys"), unused);
        assert_eq!(texts("not used"), unused);
        assert_eq!(texts("idle"), unused);
        assert_eq!(texts("never used"), unused[..1]);
        assert_eq!(
            texts("expiring"),
            ["keys that expire within 30 days /keys?expires=30"]
        );
        assert_eq!(texts("pause"), ["paused keys /keys?status=paused"]);
        for text in ["needs att", "warning", "my keys that need attention"] {
            assert_eq!(
                texts(text),
                ["keys that need attention /keys?status=attention"]
            );
        }
        let dead = "revoked or expired keys that are still in use /keys?status=dead-in-use";
        let revoked = "revoked keys /keys?status=revoked";
        assert_eq!(texts("Revoked"), [revoked, dead]);
        assert_eq!(texts("still in use"), [dead]);
        assert_eq!(
            texts("inactive"),
            [
                unused[1],
                "expired keys /keys?status=expired",
                "revoked keys /keys?status=revoked"
            ]
        );
        for other in ["", "key", "my api keys", "act", "crm", "paused feed"] {
            assert_eq!(texts(other), [""; 0], "{other}");
        }
    }

    #[test]
    fn address_of_each_list_is_that_of_its_filter() {
        for list in all() {
            let (_, parameter) = list.href.split_once('?').unwrap();
            let (name, value) = parameter.split_once('=').unwrap();
            let address = first_page(&query(&[(name, value)])).to_string();
            assert_eq!(address, list.href);
            assert_eq!(list.words, list.words.to_lowercase(), "{}", list.name);
        }
    }

    #[test]
    fn empty_list_of_one_filter_explains_what_that_means() {
        for (fields, title) in [
            (&[("status", "attention")] as &[_], "No key needs attention"),
            (
                &[("status", "active"), ("sort", "name")],
                "No key is active",
            ),
            (&[("unused", "never")], "Every key has been used"),
            (&[("unused", "30")], "No key is unused for 30 days"),
            (&[("unused", "365")], "No key is unused for 365 days"),
            (&[("expires", "1")], "No key expires within 1 day"),
            (
                &[("scope", "leads:read")],
                "No key has the permission leads:read",
            ),
            (&[("q", "crm")], "No matching keys"),
            (&[("status", "active"), ("q", "crm")], "No matching keys"),
            (
                &[("unused", "60"), ("scope", "leads:read")],
                "No matching keys",
            ),
            (
                &[("status", "active"), ("cursor", "0f")],
                "No matching keys",
            ),
        ] {
            assert_eq!(empty_list(&query(fields), false).0, title, "{fields:?}");
            assert_eq!(empty_list(&query(fields), true).0, "No matches so far");
        }
    }
}
