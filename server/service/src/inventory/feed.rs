//! Feeds: many items at once, all or none, or as many as are good.

use super::{EntryCode, EntryError, Item, ItemDraft};
use crate::store::{Action, AuditEvent, UpsertCounts, Upserted};
use crate::{Client, Error, KeyCaller, Member, Service};
use domain::{AccountId, Scope};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Enough to mend a feed by; a list without end helps nobody.
const MAX_ERRORS: usize = 100;

/// What becomes of items that the feed does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeedMode {
    /// They stay.
    #[default]
    Merge,
    /// The feed is the whole inventory: they are removed.
    Replace,
}

/// What becomes of a feed in which something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Nothing of it is stored.
    #[default]
    Reject,
    /// What is wrong is passed over.
    Skip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedOptions {
    pub mode: FeedMode,
    pub on_error: OnError,
}

/// An item that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedItem {
    /// Its place in the feed, from 0.
    pub index: usize,
    /// Where it could be read.
    pub id: Option<String>,
    /// Pointers from the list of items on, such as `/3/price`.
    pub errors: Vec<EntryError>,
}

/// What a feed came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedReport {
    Stored {
        received: usize,
        counts: UpsertCounts,
        rejected: Vec<RejectedItem>,
    },
    /// Nothing was stored; pointers are from the list of items on.
    Rejected(Vec<EntryError>),
    /// Nothing was stored: the feed would have removed more items than [`crate::store::REMOVED_AT_MOST`].
    RemovesTooMany,
}

impl Service {
    /// Takes a feed that an integration sent.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn push_items(
        &self,
        caller: &KeyCaller,
        client: &Client,
        drafts: Vec<ItemDraft>,
        options: FeedOptions,
    ) -> Result<FeedReport, Error> {
        caller.must(Scope::InventoryWrite)?;
        let now = self.clock.now();
        let event = |detail| {
            caller.event(
                Some(Scope::InventoryWrite),
                Action::InventoryUpdated,
                "inventory",
                client,
                now,
                detail,
            )
        };
        self.take_feed(caller.account_id(), drafts, options, &event)
            .await
    }

    /// Takes a feed that a member sent from the console.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn import_items(
        &self,
        member: &Member,
        client: &Client,
        drafts: Vec<ItemDraft>,
        options: FeedOptions,
    ) -> Result<FeedReport, Error> {
        member.must_manage_inventory()?;
        let now = self.clock.now();
        let event =
            |detail| member.event(Action::InventoryUpdated, "inventory", client, now, detail);
        self.take_feed(&member.account_id, drafts, options, &event)
            .await
    }

    async fn take_feed(
        &self,
        account: &AccountId,
        drafts: Vec<ItemDraft>,
        options: FeedOptions,
        event: &(dyn Fn(serde_json::Value) -> AuditEvent + Send + Sync),
    ) -> Result<FeedReport, Error> {
        let received = drafts.len();
        let (items, rejected) = match check_feed(drafts, options.on_error) {
            Ok(checked) => checked,
            Err(errors) => return Ok(FeedReport::Rejected(errors)),
        };
        // An item that was passed over is in the feed all the same: what is stored of it stays.
        let kept: Option<HashSet<&str>> = (options.mode == FeedMode::Replace).then(|| {
            let passed_over = rejected.iter().filter_map(|item| item.id.as_deref());
            items
                .iter()
                .map(|item| item.id.as_str())
                .chain(passed_over)
                .collect()
        });
        let recorded = |counts: UpsertCounts| {
            event(json!({
                "received": received, "created": counts.created, "updated": counts.updated,
                "unchanged": counts.unchanged, "removed": counts.removed, "rejected": rejected.len(),
            }))
        };
        let stored = self
            .store
            .upsert_items(account, &items, kept.as_ref(), self.clock.now(), &recorded)
            .await?;
        Ok(match stored {
            Upserted::Stored(counts) => FeedReport::Stored {
                received,
                counts,
                rejected,
            },
            Upserted::RemovesTooMany => FeedReport::RemovesTooMany,
        })
    }
}

/// The items of a feed, and those that are passed over.
///
/// # Errors
/// Everything that is wrong, up to 100 entries: where nothing may be passed over, or nothing would be left.
pub fn check_feed(
    drafts: Vec<ItemDraft>,
    on_error: OnError,
) -> Result<(Vec<Item>, Vec<RejectedItem>), Vec<EntryError>> {
    let mut items: Vec<Item> = Vec::with_capacity(drafts.len());
    let mut rejected: Vec<RejectedItem> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut found = 0;
    for (index, mut draft) in drafts.into_iter().enumerate() {
        let id = draft.id.clone();
        if let Some(id) = &id {
            if let Some(first) = seen.get(id) {
                let detail = format!("This id stands at item {first} already. Send each id once.");
                let twice = EntryError::new("/id", EntryCode::Duplicate, detail);
                draft.errors.push(twice);
            } else {
                seen.insert(id.clone(), index);
            }
        }
        match draft.check() {
            Ok(item) => items.push(item),
            Err(mut errors) => {
                errors.truncate(MAX_ERRORS);
                found += errors.len();
                let parent = format!("/{index}");
                let errors = errors.into_iter().map(|error| error.under(&parent));
                rejected.push(RejectedItem {
                    index,
                    id,
                    errors: errors.collect(),
                });
            }
        }
        if on_error == OnError::Reject && found >= MAX_ERRORS {
            break;
        }
    }
    if rejected.is_empty() || on_error == OnError::Skip && !items.is_empty() {
        return Ok((items, rejected));
    }
    let mut errors: Vec<_> = rejected.into_iter().flat_map(|item| item.errors).collect();
    errors.truncate(MAX_ERRORS);
    Err(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let errors = check_feed(feed(), OnError::Reject).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (errors[0].pointer.as_str(), errors[0].code),
            ("/2/id", EntryCode::Duplicate)
        );
        let (items, rejected) = check_feed(feed(), OnError::Skip).unwrap();
        assert_eq!((items.len(), rejected.len(), rejected[0].index), (2, 1, 2));
    }

    #[test]
    fn what_is_wrong_is_passed_over_only_where_that_was_asked_for() {
        let feed = || vec![draft("a", ""), draft("b", "n")];
        assert!(check_feed(feed(), OnError::Reject).is_err());
        let (items, rejected) = check_feed(feed(), OnError::Skip).unwrap();
        assert_eq!(items[0].id.as_str(), "b");
        assert_eq!(rejected[0].id.as_deref(), Some("a"));
        assert_eq!(rejected[0].errors[0].pointer, "/0/name");
    }

    #[test]
    fn a_feed_in_which_nothing_is_good_is_refused_either_way() {
        let feed = vec![draft("", "n"), draft("b", "")];
        assert_eq!(check_feed(feed, OnError::Skip).unwrap_err().len(), 2);
    }

    #[test]
    fn a_list_of_errors_has_an_end() {
        let feed = || (0..500).map(|n| draft(&n.to_string(), "")).collect();
        assert_eq!(check_feed(feed(), OnError::Reject).unwrap_err().len(), 100);
        assert_eq!(check_feed(feed(), OnError::Skip).unwrap_err().len(), 100);
    }
}
