//! The patterns of the document against the values that are accepted.

use super::*;
use regex::Regex;
use service::entry::is_blank;
use service::inventory::ItemDraft;
use std::collections::BTreeMap;

/// Characters that the rules for texts distinguish.
const CHARACTERS: [&str; 26] = [
    "a", "1", ".", " ", ",", "E+", "changes", "\t", "\n", "\r", "\0", "\u{7F}", "\u{85}", "\u{A0}",
    "\u{AD}", "\u{200A}", "\u{200B}", "\u{200D}", "\u{2028}", "\u{2060}", "\u{3000}", "\u{FE0F}",
    "\u{FEFF}", "é", "東", "👩",
];

/// All texts of up to three of these.
fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut from = 0;
    for _ in 0..3 {
        let shorter = texts.len();
        for index in from..shorter {
            let longer = CHARACTERS.map(|character| format!("{}{character}", texts[index]));
            texts.extend(longer);
        }
        from = shorter;
    }
    texts
}

/// Without the negative lookahead that a pattern begins with, which the crate does not have.
fn matcher(pattern: &str) -> impl Fn(&str) -> bool {
    let (not, rest) = match pattern.strip_prefix("^(?!") {
        Some(pattern) => pattern.split_once("$)").expect("the lookahead ends"),
        None => ("[^\\s\\S]", &pattern[1..]),
    };
    let [not, rest] = [format!("^{not}$"), format!("^{rest}")].map(|p| Regex::new(&p).unwrap());
    move |text| rest.is_match(text) && !not.is_match(text)
}

fn item() -> ItemDraft {
    ItemDraft {
        id: Some("A".to_owned()),
        name: Some("n".to_owned()),
        ..ItemDraft::default()
    }
}

/// Checks that the pattern matches what is accepted, and nothing but that. Blanks around a text do
/// not count, nor does a text of blanks alone, so such a text may be accepted although the pattern
/// does not match it.
#[track_caller]
fn assert_agreement(pattern: &str, draft: impl Fn(&str) -> ItemDraft) {
    let is_match = matcher(pattern);
    let currency = Currency::parse("USD").unwrap();
    for text in texts() {
        let is_accepted = draft(&text).check(currency).is_ok();
        let is_match = is_match(&text);
        let is_trimmed = text.trim() == text && !is_blank(&text);
        assert!(is_accepted || !is_match, "{text:?} is refused");
        assert!(
            is_match || !is_accepted || !is_trimmed,
            "{text:?} is accepted"
        );
    }
}

#[test]
fn patterns_match_exactly_the_texts_that_are_accepted() {
    assert_agreement(ID, |text| ItemDraft {
        id: Some(text.to_owned()),
        ..item()
    });
    assert_agreement(NOT_BLANK, |text| ItemDraft {
        name: Some(text.to_owned()),
        ..item()
    });
    assert_agreement(TEXT, |text| ItemDraft {
        description: Some(text.to_owned()),
        ..item()
    });
    assert_agreement(ATTRIBUTE, |text| ItemDraft {
        attributes: BTreeMap::from([(text.to_owned(), "x".to_owned())]),
        ..item()
    });
}
