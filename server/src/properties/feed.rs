//! Properties of the feed readers.
//!
//! A text is either refused with a helpful message that does not quote it, or it becomes a bounded
//! number of items, each of which is valid or has errors that point into it. The items are the same
//! in every format.

use super::write::{csv, json, xml};
use files::encoding;
use files::feed::{self, Absent, FeedError, Format, MAX_ITEMS};
use files::invalid_entry::describe;
use files::json::MAX_MEMBERS;
use service::inventory::{
    Currency, EntryError, FeedMode, FeedOptions, Item, ItemDraft, OnError, Position, check_feed,
};
use std::collections::HashSet;

/// Most errors of an item, that is of one object and the object in it. Several members can have
/// more than one error.
const MAX_ERRORS: usize = 4 * MAX_MEMBERS;

pub fn read(format: Format, data: &[u8]) {
    let text = match encoding::decode(data.to_vec()) {
        Ok(text) => text,
        Err(error) => return check_detail(&error.to_string()),
    };
    match feed::read(format, &text, Absent::Keep) {
        Err(FeedError::Malformed(reason)) => check_detail(&reason),
        Err(FeedError::Invalid(errors)) => check_errors(&errors, ""),
        Ok(drafts) => {
            let changed = |draft: &ItemDraft| draft.cleared.len() <= 2 * MAX_MEMBERS;
            assert!((1..=MAX_ITEMS).contains(&drafts.len()) && drafts.iter().all(changed));
        }
    }
    match feed::read(format, &text, Absent::Clear) {
        Err(FeedError::Malformed(reason)) => check_detail(&reason),
        Err(FeedError::Invalid(errors)) => check_errors(&errors, ""),
        Ok(drafts) => {
            assert!((1..=MAX_ITEMS).contains(&drafts.len()));
            for draft in &drafts {
                if !draft.errors.is_empty() {
                    check_errors(&draft.errors, "");
                }
            }
            check_positions(&drafts, &text);
            check_items(&drafts);
            check_round_trip(drafts);
        }
    }
}

/// Checks that the entries are on lines of the text, in ascending order.
fn check_positions(drafts: &[ItemDraft], text: &str) {
    let last = 1 + text.bytes().filter(|byte| b"\r\n".contains(byte)).count();
    let lines: Vec<_> = drafts
        .iter()
        .filter_map(|draft| draft.position.line)
        .collect();
    assert!(lines.is_sorted(), "{lines:?}");
    assert!(
        lines.iter().all(|line| (1..=last).contains(line)),
        "{lines:?}"
    );
}

fn check_detail(detail: &str) {
    // The input may be longer, in other scripts, or contain characters that a terminal or a page
    // would interpret.
    assert!((1..=200).contains(&detail.len()), "{detail:?}");
    let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    assert!(detail.bytes().all(plain), "{detail:?}");
}

/// Checks the refusal of a header, which repeats only a limited number of the names of columns, and
/// only harmless characters.
fn check_header_detail(detail: &str) {
    assert!((1..=6_000).contains(&detail.len()), "{detail:?}");
    let plain = |c: char| c == ' ' || c == '…' || c.is_ascii_graphic() || c.is_alphanumeric();
    assert!(detail.chars().all(plain), "{detail:?}");
}

fn check_errors(errors: &[EntryError], parent: &str) {
    assert!((1..=MAX_ERRORS).contains(&errors.len()));
    for error in errors {
        let detail = describe(&error.reason);
        if error.pointer == "/header" {
            check_header_detail(&detail);
        } else {
            check_detail(&detail);
        }
        let pointer = error
            .pointer
            .strip_prefix(parent)
            .expect("points elsewhere");
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
        assert!(pointer.chars().count() < 1024, "{pointer}");
        // RFC 6901: a tilde is escaped.
        let mut escapes = pointer.split('~').skip(1);
        assert!(
            escapes.all(|rest| rest.starts_with(['0', '1'])),
            "{pointer}"
        );
    }
}

fn merging(on_error: OnError) -> FeedOptions {
    let mode = FeedMode::Merge;
    FeedOptions { mode, on_error }
}

/// Checks the result of the service: every item is valid, or its row is listed.
fn check_items(drafts: &[ItemDraft]) {
    let dollars = Currency::parse("USD").expect("it is a currency");
    match check_feed(drafts.to_vec(), merging(OnError::Skip), dollars) {
        Ok(feed) => {
            let (items, skipped) = (feed.items(), feed.skipped());
            assert_eq!(items.len() + skipped.count, drafts.len());
            let errors = skipped.listed.iter().map(|row| row.errors.len());
            assert!(errors.sum::<usize>() <= 1_000);
            for row in &skipped.listed {
                assert!(row.index < drafts.len());
                check_errors(&row.errors, &format!("/{}", row.index));
            }
            let ids: HashSet<_> = items.iter().map(|item| &item.id).collect();
            assert_eq!(ids.len(), items.len(), "an id twice");
            items.iter().for_each(within_limits);
            let all = check_feed(drafts.to_vec(), merging(OnError::Reject), dollars);
            assert_eq!(all.is_ok(), skipped.count == 0);
        }
        Err(errors) => {
            check_errors(&errors, "");
            for error in &errors {
                let row = error.pointer.split('/').nth(1).map(str::parse::<usize>);
                let row = row.and_then(Result::ok).expect("a row");
                assert!(row < drafts.len());
            }
            assert!(check_feed(drafts.to_vec(), merging(OnError::Reject), dollars).is_err());
        }
    }
}

fn within_limits(item: &Item) {
    let fits = |text: &str, max: usize| {
        let fine = |c: char| !c.is_control() || matches!(c, '\t' | '\n');
        assert!(text.chars().count() <= max, "too long");
        assert!(text.chars().all(fine), "{text:?}");
        assert_eq!(text.trim(), text, "there are blanks around it");
    };
    let id = item.id.as_str();
    fits(id, 128);
    assert!(!matches!(id, "" | "." | "..") && !id.contains(['\t', '\n']));
    assert_eq!(domain::find_invisible(id), None);
    fits(&item.name, 256);
    assert_ne!(item.name, "");
    fits(item.category.as_deref().unwrap_or_default(), 256);
    fits(item.description.as_deref().unwrap_or_default(), 10_000);
    for address in [&item.url, &item.image_url].into_iter().flatten() {
        fits(address, 2_048);
        let lower = address.to_ascii_lowercase();
        assert!(lower.starts_with("http://") || lower.starts_with("https://"));
    }
    let cents = item.price.map_or(0, service::inventory::Price::cents);
    assert!((0..=999_999_999_999).contains(&cents));
    assert!(item.attributes.len() <= 50);
    let texts = [
        Some(id),
        Some(item.name.as_str()),
        item.category.as_deref(),
        item.description.as_deref(),
        item.url.as_deref(),
        item.image_url.as_deref(),
    ];
    let attributes = item
        .attributes
        .iter()
        .flat_map(|(name, value)| [name, value]);
    let texts = texts.into_iter().flatten();
    let size: usize = texts.map(str::len).chain(attributes.map(String::len)).sum();
    assert!(size <= service::inventory::MAX_ITEM_BYTES);
    for (name, value) in &item.attributes {
        assert_ne!(name, "");
        fits(name, 128);
        fits(value, 2_048);
    }
}

/// Checks that the items survive a round trip through each format that can represent them.
fn check_round_trip(mut drafts: Vec<ItemDraft>) {
    drafts.retain(|draft| draft.errors.is_empty());
    if drafts.is_empty() {
        return;
    }
    let again = |format, text: String| {
        let mut drafts = feed::read(format, &text, Absent::Clear);
        clear_positions(drafts.as_mut().map_or(&mut [], Vec::as_mut_slice));
        drafts
    };
    clear_positions(&mut drafts);
    assert_eq!(again(Format::Json, json(&drafts)).as_ref(), Ok(&drafts));
    if let Some(text) = xml(&drafts) {
        assert_eq!(again(Format::Xml, text).as_ref(), Ok(&drafts));
    }
    if let Some(text) = csv(&drafts) {
        assert_eq!(again(Format::Csv, text).as_ref(), Ok(&drafts));
    }
}

/// Removes the positions, which are different in each format.
fn clear_positions(drafts: &mut [ItemDraft]) {
    for draft in drafts {
        draft.position = Position::default();
    }
}
