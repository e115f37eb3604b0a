//! The items of a feed, checked, and what is reported of those that cannot be taken.

use super::{EntryCode, EntryError, FeedMode, FeedOptions, Item, ItemDraft, MAX_ID_CHARS};
use std::collections::HashMap;

/// Errors reported for one item, and for a feed that is refused as a whole.
const MAX_ERRORS: usize = 100;
/// Errors reported for all items that a feed skips. Beyond these, items are only counted.
const MAX_SKIPPED_ERRORS: usize = 1_000;

/// The treatment of a feed with faulty items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Nothing of it is stored.
    #[default]
    Reject,
    /// What is wrong is passed over.
    Skip,
}

/// A feed whose items were all checked. [`check_feed`] alone makes it.
#[derive(Debug)]
pub struct CheckedFeed {
    pub(super) received: usize,
    pub(super) items: Vec<Item>,
    pub(super) skipped: Skipped,
}

/// The items that a feed skips.
#[derive(Debug, Clone, Default)]
pub struct Skipped {
    /// The first of them, with at most 1,000 errors in all.
    pub listed: Vec<RejectedItem>,
    /// How many there are, including those that are not listed.
    pub count: usize,
    /// Errors of those that are listed.
    reported: usize,
    /// The ids of all of them, as far as a stored item can have them.
    pub(super) ids: Vec<String>,
}

/// An item that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedItem {
    /// Its place in the feed, from 0.
    pub index: usize,
    /// `None` if it has none, or a longer one than any item can have.
    pub id: Option<String>,
    /// Pointers from the list of items on, such as `/3/price`.
    pub errors: Vec<EntryError>,
}

impl CheckedFeed {
    /// The items that are good.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub const fn skipped(&self) -> &Skipped {
        &self.skipped
    }
}

impl Skipped {
    fn add(&mut self, index: usize, id: Option<String>, mut errors: Vec<EntryError>) {
        self.count += 1;
        let id = id.filter(|id| id.chars().count() <= MAX_ID_CHARS);
        self.ids.extend(id.clone());
        errors.truncate(MAX_ERRORS.min(MAX_SKIPPED_ERRORS - self.reported));
        self.reported += errors.len();
        if errors.is_empty() {
            return;
        }
        let parent = format!("/{index}");
        let errors = errors.into_iter().map(|error| error.under(&parent));
        self.listed.push(RejectedItem {
            index,
            id,
            errors: errors.collect(),
        });
    }
}

/// With `mode=replace`, an item without a readable id could be any of those that are stored. Passing over it would remove
/// that one.
const UNREADABLE_IDS: &str = "The ids of these items cannot be read, so a feed that replaces the inventory might remove \
    them. Nothing was changed. Correct them, or send the feed with mode=merge.";

/// Checks the items of a feed. This may take a good part of a second of processor time, so it is never done on a thread
/// that answers other requests.
///
/// # Errors
/// Everything that is wrong, up to 100 entries, if no item may be skipped or none is good; or if the feed replaces the
/// inventory and has items to skip whose ids cannot be read, what is wrong with those.
pub fn check_feed(
    drafts: Vec<ItemDraft>,
    options: FeedOptions,
) -> Result<CheckedFeed, Vec<EntryError>> {
    let FeedOptions { mode, on_error } = options;
    let mut feed = CheckedFeed {
        received: drafts.len(),
        items: Vec::with_capacity(drafts.len()),
        skipped: Skipped::default(),
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut unreadable = Vec::new();
    for (index, mut draft) in drafts.into_iter().enumerate() {
        let id = draft.id.clone();
        if let Some(id) = &id {
            if let Some(first) = seen.get(id) {
                let detail = format!("Item {first} has this id already. Send each id once.");
                let twice = EntryError::new("/id", EntryCode::Duplicate, detail);
                draft.errors.push(twice);
            } else {
                seen.insert(id.clone(), index);
            }
        }
        match draft.check() {
            Ok(item) => feed.items.push(item),
            Err(errors) => {
                if id.is_none() && unreadable.len() < MAX_ERRORS {
                    let parent = format!("/{index}");
                    unreadable.extend(errors.iter().map(|error| error.clone().under(&parent)));
                }
                feed.skipped.add(index, id, errors);
            }
        }
        if on_error == OnError::Reject && feed.skipped.reported >= MAX_ERRORS {
            break;
        }
    }
    let passes_over = on_error == OnError::Skip && !feed.items.is_empty();
    if passes_over && matches!(mode, FeedMode::Replace { .. }) && !unreadable.is_empty() {
        let why = EntryError::new("", EntryCode::Required, UNREADABLE_IDS);
        unreadable.insert(0, why);
        unreadable.truncate(MAX_ERRORS);
        return Err(unreadable);
    }
    if feed.skipped.count == 0 || passes_over {
        return Ok(feed);
    }
    let listed = feed.skipped.listed.into_iter();
    let mut errors: Vec<_> = listed.flat_map(|item| item.errors).collect();
    errors.truncate(MAX_ERRORS);
    Err(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REJECT: FeedOptions = options(FeedMode::Merge, OnError::Reject);
    const SKIP: FeedOptions = options(FeedMode::Merge, OnError::Skip);

    const fn options(mode: FeedMode, on_error: OnError) -> FeedOptions {
        FeedOptions { mode, on_error }
    }

    fn draft(id: &str, name: &str) -> ItemDraft {
        ItemDraft {
            id: Some(id.into()),
            name: Some(name.into()),
            ..ItemDraft::default()
        }
    }

    #[test]
    fn an_id_twice_in_one_feed_is_an_error_at_the_second() {
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
    fn bad_items_are_skipped_only_if_the_caller_asks_for_it() {
        let feed = || vec![draft("a", ""), draft("b", "n")];
        assert!(check_feed(feed(), REJECT).is_err());
        let feed = check_feed(feed(), SKIP).unwrap();
        assert_eq!(feed.items[0].id.as_str(), "b");
        let skipped = &feed.skipped.listed[0];
        assert_eq!(skipped.id.as_deref(), Some("a"));
        assert_eq!(skipped.errors[0].pointer, "/0/name");
    }

    #[test]
    fn a_feed_that_replaces_the_inventory_does_not_pass_over_an_id_that_cannot_be_read() {
        let unreadable = ItemDraft {
            id: None,
            errors: vec![EntryError::new("/id", EntryCode::Invalid, "Give a text.")],
            ..draft("", "n")
        };
        let feed = || vec![draft("a", "n"), unreadable.clone(), draft("b", "")];
        let replace = options(
            FeedMode::Replace {
                allow_removal: None,
            },
            OnError::Skip,
        );
        let errors = check_feed(feed(), replace).unwrap_err();
        let pointers: Vec<_> = errors.iter().map(|error| &*error.pointer).collect();
        assert_eq!(pointers, ["", "/1/id"]);
        assert_eq!(errors[0].detail, UNREADABLE_IDS);
        assert_eq!(check_feed(feed(), SKIP).unwrap().skipped.count, 2);
        // An id that can be read keeps what is stored under it.
        let readable = vec![draft("a", "n"), draft("b", "")];
        assert_eq!(check_feed(readable, replace).unwrap().skipped.ids, ["b"]);
        // However many there are, the refusal has an end.
        let mut many = vec![unreadable; 500];
        many.push(draft("a", "n"));
        assert_eq!(check_feed(many, replace).unwrap_err().len(), MAX_ERRORS);
    }

    #[test]
    fn a_feed_in_which_nothing_is_good_is_refused_either_way() {
        let feed = vec![draft("", "n"), draft("b", "")];
        assert_eq!(check_feed(feed, SKIP).unwrap_err().len(), 2);
    }

    #[test]
    fn a_list_of_errors_has_an_end() {
        let feed = || (0..500).map(|n| draft(&n.to_string(), "")).collect();
        assert_eq!(check_feed(feed(), REJECT).unwrap_err().len(), 100);
        assert_eq!(check_feed(feed(), SKIP).unwrap_err().len(), 100);
    }

    #[test]
    fn errors_of_skipped_items_are_listed_up_to_a_thousand_and_the_items_counted_beyond() {
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
        // `mode=replace` keeps what is stored under these.
        assert_eq!(skipped.ids.len(), 4_998);
    }
}
