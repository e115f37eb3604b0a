//! Applying a feed: many items in one transaction, either all of them or all that are valid.

use super::edit::{UpdateFailure, UpdateFeed, Updates};
use super::{CheckedFeed, EntryError, FeedMode, Inventory, Skipped};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::idempotency::ResponseBuilder;
use crate::origin::Client;
use crate::store::{
    Action, Actor, AuditEvent, Completion, FeedBasis, FeedConditions, FeedRemovals, LargeRemoval,
    UpsertCounts, UpsertOutcome,
};
use domain::{AccountId, Scope};
use serde_json::json;
use std::collections::HashSet;

/// Summary of a feed that was stored.
#[derive(Debug)]
pub struct FeedReport {
    pub received: usize,
    pub counts: UpsertCounts,
    pub skipped: Skipped,
}

/// The outcome of applying a feed.
#[derive(Debug)]
pub enum FeedOutcome {
    Stored(FeedReport),
    /// Nothing was stored: the feed would have removed more items than
    /// [`crate::store::MAX_REMOVED_ITEMS`].
    RemovesTooMany,
    /// Nothing was stored: the feed would have removed a large part of the items, and its sender
    /// has not allowed that.
    RemovalNotAllowed(LargeRemoval),
    /// Nothing was stored: items that the feed changes have errors or do not exist.
    Rejected(Vec<EntryError>),
    /// Nothing was stored: the items to be changed contain more than
    /// [`crate::store::MAX_UPDATED_BYTES`].
    ChangesTooMuch,
}

/// A feed that is about to be applied.
pub(super) struct FeedChange<'a> {
    pub(super) feed: CheckedFeed,
    pub(super) mode: FeedMode,
    /// State of the stored items that a member confirmed, if the feed was previewed.
    pub(super) basis: Option<&'a FeedBasis>,
    /// Creates the audit event with this detail.
    pub(super) event: &'a (dyn Fn(serde_json::Value) -> AuditEvent + Send + Sync),
    pub(super) complete: Option<&'a Complete<'a>>,
}

/// Creates the record that is committed with a feed.
pub(super) type Complete<'a> = dyn Fn(&FeedReport) -> Completion + Send + Sync + 'a;

impl Inventory {
    /// Applies a feed from an integration. If the request has an idempotency key, its response is
    /// committed in the same transaction.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn push(
        &self,
        caller: &KeyCaller,
        client: &Client,
        feed: CheckedFeed,
        mode: FeedMode,
        response: Option<&ResponseBuilder<FeedReport>>,
    ) -> Result<FeedOutcome, Error> {
        caller.require_scope(Scope::InventoryWrite)?;
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
        let answer = response
            .map(|response| move |report: &FeedReport| Completion::Answer(response.build(report)));
        let complete = answer.as_ref().map(|answer| answer as &Complete<'_>);
        let change = FeedChange {
            feed,
            mode,
            basis: None,
            event: &event,
            complete,
        };
        let sender = caller.actor();
        let outcome = self
            .apply_feed(caller.account_id(), &sender, change)
            .await?;
        outcome.ok_or_else(|| Error::Unavailable("a feed without a basis was outdated".into()))
    }

    /// Applies a feed. Returns `None` if the stored items have changed since its basis was
    /// confirmed; then nothing is stored.
    pub(super) async fn apply_feed(
        &self,
        account: &AccountId,
        sender: &Actor,
        change: FeedChange<'_>,
    ) -> Result<Option<FeedOutcome>, Error> {
        if change.mode == FeedMode::Update {
            return self.apply_updates(account, sender, change).await;
        }
        let FeedChange {
            feed,
            mode,
            basis,
            event,
            complete,
        } = change;
        let retained = retained_ids(&feed, mode);
        let terms = FeedConditions {
            removals: removals(&retained, mode),
            basis,
        };
        let CheckedFeed {
            received,
            items,
            skipped,
            ..
        } = &feed;
        let feed_event = |counts| feed_event(*received, counts, skipped, event, complete);
        let now = self.clock.now();
        let stored = self
            .store
            .upsert_items(account, sender, items, terms, now, &feed_event);
        let stored = self.free_space.with_room(stored).await?;
        Ok(Some(match stored {
            UpsertOutcome::BasisChanged => return Ok(None),
            UpsertOutcome::Stored(counts) => FeedOutcome::Stored(FeedReport {
                received: feed.received,
                counts,
                skipped: feed.skipped,
            }),
            UpsertOutcome::RemovesTooMany => FeedOutcome::RemovesTooMany,
            UpsertOutcome::RemovalNotAllowed(large) => FeedOutcome::RemovalNotAllowed(large),
            UpsertOutcome::Refused => FeedOutcome::Rejected(feed.skipped.into_errors()),
            UpsertOutcome::ChangesTooMuch => FeedOutcome::ChangesTooMuch,
        }))
    }

    /// Applies a feed of partial updates to stored items.
    async fn apply_updates(
        &self,
        account: &AccountId,
        sender: &Actor,
        change: FeedChange<'_>,
    ) -> Result<Option<FeedOutcome>, Error> {
        let FeedChange {
            feed,
            basis,
            event,
            complete,
            ..
        } = change;
        let received = feed.received;
        let feed_event =
            |counts, skipped: &Skipped| feed_event(received, counts, skipped, event, complete);
        let ids = feed.update_ids();
        let mut updates = UpdateFeed {
            updates: Updates::new(&feed),
            basis,
            event: &feed_event,
            finished: Ok(Skipped::default()),
        };
        let now = self.clock.now();
        let stored = self
            .store
            .update_items(account, sender, &ids, &mut updates, now);
        let stored = self.free_space.with_room(stored).await?;
        Ok(match (stored, updates.finished) {
            (UpsertOutcome::Stored(counts), Ok(skipped)) => Some(FeedOutcome::Stored(FeedReport {
                received,
                counts,
                skipped,
            })),
            (_, Err(UpdateFailure::BasisChanged)) => None,
            (_, Err(UpdateFailure::Rejected(skipped))) => {
                Some(FeedOutcome::Rejected(skipped.into_errors()))
            }
            _ => Some(FeedOutcome::ChangesTooMuch),
        })
    }
}

/// Creates the audit event of a feed, with the response that is committed with it.
fn feed_event(
    received: usize,
    counts: UpsertCounts,
    skipped: &Skipped,
    event: &(dyn Fn(serde_json::Value) -> AuditEvent + Send + Sync),
    complete: Option<&Complete<'_>>,
) -> AuditEvent {
    let event = event(json!({
        "received": received, "created": counts.created, "updated": counts.updated,
        "unchanged": counts.unchanged, "removed": counts.removed, "rejected": skipped.count,
    }));
    event.with_completion(complete.map(|complete| {
        complete(&FeedReport {
            received,
            counts,
            skipped: skipped.clone(),
        })
    }))
}

/// Returns the ids of the items that a feed with the whole inventory does not remove.
///
/// A skipped item is still part of the feed, so the stored item with its id is kept.
pub(super) fn retained_ids(feed: &CheckedFeed, mode: FeedMode) -> HashSet<&str> {
    match mode {
        FeedMode::Merge | FeedMode::Update => HashSet::new(),
        FeedMode::Replace(_) => {
            let skipped = feed.skipped.ids.iter().map(String::as_str);
            let valid = feed.items.iter().map(|item| item.id.as_str());
            valid.chain(skipped).collect()
        }
    }
}

pub(super) fn removals<'a>(
    retained: &'a HashSet<&'a str>,
    mode: FeedMode,
) -> Option<FeedRemovals<'a>> {
    match mode {
        FeedMode::Merge | FeedMode::Update => None,
        FeedMode::Replace(allowed) => Some(FeedRemovals { retained, allowed }),
    }
}
