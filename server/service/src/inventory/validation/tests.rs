//! Feeds with invalid items: what is refused, skipped and reported.

use super::*;
use crate::store::AllowedRemovals;

const REJECT: FeedOptions = options(FeedMode::Merge, OnError::Reject);
const SKIP: FeedOptions = options(FeedMode::Merge, OnError::Skip);

const fn options(mode: FeedMode, on_error: OnError) -> FeedOptions {
    FeedOptions { mode, on_error }
}

fn check_feed(
    drafts: Vec<ItemDraft>,
    options: FeedOptions,
) -> Result<CheckedFeed, Vec<EntryError>> {
    super::check_feed(drafts, options, Currency::parse("USD").unwrap())
}

fn draft(id: &str, name: &str) -> ItemDraft {
    ItemDraft {
        id: Some(id.into()),
        name: Some(name.into()),
        ..ItemDraft::default()
    }
}

#[test]
fn repeated_id_in_a_feed_is_reported_at_its_second_occurrence() {
    let feed = || vec![draft("a", "n"), draft("b", "n"), draft("a", "n")];
    let errors = check_feed(feed(), REJECT).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].pointer.as_str(), errors[0].code),
        ("/2/id", EntryCode::Duplicate)
    );
    let feed = check_feed(feed(), SKIP).unwrap();
    let (skipped, listed) = (feed.skipped.count, &feed.skipped.listed);
    assert_eq!((feed.items.len(), skipped, listed[0].index), (2, 1, 2));
}

#[test]
fn invalid_items_are_skipped_only_if_the_caller_asks_for_it() {
    let feed = || vec![draft("a", ""), draft("b", "n")];
    assert!(check_feed(feed(), REJECT).is_err());
    let feed = check_feed(feed(), SKIP).unwrap();
    assert_eq!(feed.items[0].id.as_str(), "b");
    let skipped = &feed.skipped.listed[0];
    assert_eq!(skipped.id.as_deref(), Some("a"));
    assert_eq!(skipped.errors[0].pointer, "/0/name");
}

#[test]
fn replacing_feed_is_rejected_if_it_contains_an_unreadable_id() {
    let unreadable = ItemDraft {
        id: None,
        errors: vec![EntryError::new("/id", EntryCode::Invalid, "Send a string.")],
        ..draft("", "n")
    };
    let feed = || vec![draft("a", "n"), unreadable.clone(), draft("b", "")];
    let replace = options(FeedMode::Replace(AllowedRemovals::Few), OnError::Skip);
    let errors = check_feed(feed(), replace).unwrap_err();
    let pointers: Vec<_> = errors.iter().map(|error| &*error.pointer).collect();
    assert_eq!(pointers, ["", "/1/id"]);
    assert_eq!(errors[0].reason, EntryReason::UnreadableIds);
    assert_eq!(check_feed(feed(), SKIP).unwrap().skipped.count, 2);
    // An id that can be read keeps the stored item.
    let readable = vec![draft("a", "n"), draft("b", "")];
    assert_eq!(check_feed(readable, replace).unwrap().skipped.ids, ["b"]);
    // An invalid id is treated like a missing one, and so are two ids in one item.
    let mut two = draft("b", "n");
    two.errors = vec![EntryError::new(
        "/id",
        EntryCode::Duplicate,
        "Give it once.",
    )];
    let long = "x".repeat(MAX_ID_CHARS + 1);
    for faulty in [
        draft("4.01235E+12", "n"),
        draft("B\u{200B}2", "n"),
        draft("B2\u{1}", "n"),
        draft(&long, "n"),
        two,
    ] {
        let errors = check_feed(vec![draft("a", "n"), faulty], replace).unwrap_err();
        assert_eq!(errors[0].reason, EntryReason::UnreadableIds);
    }
    let twice = vec![draft("a", "n"), draft("a", "n")];
    assert_eq!(check_feed(twice, replace).unwrap().skipped.ids, ["a"]);
    // The refusal is bounded, however many there are.
    let mut many = vec![unreadable; 500];
    many.push(draft("a", "n"));
    assert_eq!(check_feed(many, replace).unwrap_err().len(), MAX_ERRORS);
}

#[test]
fn feed_without_a_valid_item_is_rejected_even_if_invalid_items_are_skipped() {
    let feed = vec![draft("", "n"), draft("b", "")];
    assert_eq!(check_feed(feed, SKIP).unwrap_err().len(), 2);
}

#[test]
fn error_list_is_limited_to_100_entries() {
    let feed = || (0..500).map(|n| draft(&n.to_string(), "")).collect();
    assert_eq!(check_feed(feed(), REJECT).unwrap_err().len(), 100);
    assert_eq!(check_feed(feed(), SKIP).unwrap_err().len(), 100);
}

#[test]
fn skipped_items_are_counted_beyond_the_1000_errors_that_are_listed() {
    // Seven errors each.
    let bad = |n: usize| ItemDraft {
        price: Some("x".into()),
        currency: Some("x".into()),
        url: Some("x".into()),
        image_url: Some("x".into()),
        category: Some("\0".into()),
        description: Some("\0".into()),
        ..draft(&format!("bad{n}"), "")
    };
    let mut drafts: Vec<_> = (0..4_998).map(bad).collect();
    drafts.push(draft("good", "n"));
    drafts.push(draft(&"x".repeat(MAX_ID_CHARS + 1), "n"));
    let skipped = check_feed(drafts, SKIP).unwrap().skipped;
    assert_eq!(skipped.count, 4_999);
    assert_eq!(skipped.listed.len(), 143);
    let errors = skipped.listed.iter().flat_map(|item| &item.errors);
    assert_eq!(errors.count(), 1_000);
    // `mode=replace` keeps the stored items with these ids.
    assert_eq!(skipped.ids.len(), 4_998);
}

#[test]
fn every_error_has_the_line_and_the_id_of_its_item() {
    let on_line = |line, draft: ItemDraft| ItemDraft {
        position: Position::on_line(line),
        ..draft
    };
    let long = "x".repeat(MAX_ID_CHARS + 1);
    let feed = || {
        vec![
            on_line(2, draft("a", "n")),
            on_line(3, draft("b", "")),
            on_line(5, draft("a", "n")),
            on_line(6, draft(&long, "n")),
        ]
    };
    let faults = |errors: &[EntryError]| -> Vec<_> {
        let faults = errors.iter();
        faults
            .map(|error| (error.position.line.unwrap(), error.id.clone()))
            .collect()
    };
    let expected = [
        (3, Some("b".to_owned())),
        (5, Some("a".to_owned())),
        (6, None),
    ];
    let errors = check_feed(feed(), REJECT).unwrap_err();
    assert_eq!(faults(&errors), expected);
    let duplicate = EntryReason::DuplicateId {
        first: 0,
        line: Some(2),
    };
    assert_eq!(errors[1].reason, duplicate);
    let skipped = check_feed(feed(), SKIP).unwrap().skipped;
    let errors: Vec<_> = skipped
        .listed
        .iter()
        .flat_map(|item| item.errors.clone())
        .collect();
    assert_eq!(faults(&errors), expected);
    let lines: Vec<_> = skipped
        .listed
        .iter()
        .map(|item| item.position.line)
        .collect();
    assert_eq!(lines, [Some(3), Some(5), Some(6)]);
}

#[test]
fn ids_that_differ_only_in_surrounding_whitespace_are_equal() {
    let feed = || vec![draft("a", "n"), draft("\u{A0}a ", "n"), draft(" b\n", "")];
    let errors = check_feed(feed(), REJECT).unwrap_err();
    assert_eq!(errors[0].code, EntryCode::Duplicate);
    let skipped = check_feed(feed(), SKIP).unwrap().skipped;
    assert_eq!(skipped.ids, ["a", "b"]);
}
