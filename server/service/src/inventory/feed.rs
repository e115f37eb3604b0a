//! Applying a feed: many items in one transaction, either all of them or all that are valid.

use super::edit::{Unfinished, UpdateFeed, Updates};
use super::{CheckedFeed, EntryError, Inventory, OnError, Skipped};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::idempotency::AnswerToStore;
use crate::origin::Client;
use crate::store::{
    Action, Actor, AuditEvent, Completion, FeedBasis, FeedTerms, LargeRemoval, LeftOut, Removals,
    UpsertCounts, Upserted,
};
use domain::{AccountId, Scope};
use serde_json::json;
use std::collections::HashSet;

/// Treatment of the items and fields that a feed does not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeedMode {
    /// Items that the feed leaves out are kept.
    #[default]
    Merge,
    /// The feed is the whole inventory: items that it leaves out are removed, within the limit that
    /// its sender allows.
    Replace(Removals),
    /// Items that the feed leaves out are kept, and so are the fields that it leaves out. No item
    /// is created.
    Update,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedOptions {
    pub mode: FeedMode,
    pub on_error: OnError,
}

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
    /// [`crate::store::REMOVED_AT_MOST`].
    RemovesTooMany,
    /// Nothing was stored: the feed would have removed a large part of the items, and its sender
    /// has not allowed that.
    RemovalNotAllowed(LargeRemoval),
    /// Nothing was stored: items that the feed changes have errors or do not exist.
    Rejected(Vec<EntryError>),
    /// Nothing was stored: the items to be changed contain more than
    /// [`crate::store::UPDATED_BYTES_AT_MOST`].
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
        keep: Option<&AnswerToStore<FeedReport>>,
    ) -> Result<FeedOutcome, Error> {
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
        let answer =
            keep.map(|keep| move |report: &FeedReport| Completion::Answer(keep.of(report)));
        let complete = answer.as_ref().map(|answer| answer as &Complete<'_>);
        let change = FeedChange {
            feed,
            mode,
            basis: None,
            event: &event,
            complete,
        };
        let sender = caller.actor();
        let outcome = self.take_feed(caller.account_id(), &sender, change).await?;
        outcome.ok_or_else(|| Error::Unavailable("a feed without a basis was outdated".into()))
    }

    /// Applies a feed. Returns `None` if the stored items have changed since its basis was
    /// confirmed; then nothing is stored.
    pub(super) async fn take_feed(
        &self,
        account: &AccountId,
        sender: &Actor,
        change: FeedChange<'_>,
    ) -> Result<Option<FeedOutcome>, Error> {
        if change.mode == FeedMode::Update {
            return self.take_updates(account, sender, change).await;
        }
        let FeedChange {
            feed,
            mode,
            basis,
            event,
            complete,
        } = change;
        let kept = kept_ids(&feed, mode);
        let terms = FeedTerms {
            left_out: left_out(&kept, mode),
            basis,
        };
        let CheckedFeed {
            received,
            items,
            skipped,
            ..
        } = &feed;
        let recorded = |counts| recorded(*received, counts, skipped, event, complete);
        let now = self.clock.now();
        let stored = self
            .store
            .upsert_items(account, sender, items, terms, now, &recorded);
        let stored = self.free_space.with_room(stored).await?;
        Ok(Some(match stored {
            Upserted::BasisChanged => return Ok(None),
            Upserted::Stored(counts) => FeedOutcome::Stored(FeedReport {
                received: feed.received,
                counts,
                skipped: feed.skipped,
            }),
            Upserted::RemovesTooMany => FeedOutcome::RemovesTooMany,
            Upserted::RemovalNotAllowed(large) => FeedOutcome::RemovalNotAllowed(large),
            Upserted::Refused => FeedOutcome::Rejected(feed.skipped.into_errors()),
            Upserted::ChangesTooMuch => FeedOutcome::ChangesTooMuch,
        }))
    }

    /// Applies a feed of partial updates to stored items.
    async fn take_updates(
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
        let recorded =
            |counts, skipped: &Skipped| recorded(received, counts, skipped, event, complete);
        let ids = feed.update_ids();
        let mut updates = UpdateFeed {
            updates: Updates::new(&feed),
            basis,
            event: &recorded,
            finished: Ok(Skipped::default()),
        };
        let now = self.clock.now();
        let stored = self
            .store
            .update_items(account, sender, &ids, &mut updates, now);
        let stored = self.free_space.with_room(stored).await?;
        Ok(match (stored, updates.finished) {
            (Upserted::Stored(counts), Ok(skipped)) => Some(FeedOutcome::Stored(FeedReport {
                received,
                counts,
                skipped,
            })),
            (_, Err(Unfinished::BasisChanged)) => None,
            (_, Err(Unfinished::Rejected(skipped))) => {
                Some(FeedOutcome::Rejected(skipped.into_errors()))
            }
            _ => Some(FeedOutcome::ChangesTooMuch),
        })
    }
}

/// Creates the audit event of a feed, with the response that is committed with it.
fn recorded(
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
    event.completing(complete.map(|complete| {
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
pub(super) fn kept_ids(feed: &CheckedFeed, mode: FeedMode) -> HashSet<&str> {
    match mode {
        FeedMode::Merge | FeedMode::Update => HashSet::new(),
        FeedMode::Replace(_) => {
            let skipped = feed.skipped.ids.iter().map(String::as_str);
            let good = feed.items.iter().map(|item| item.id.as_str());
            good.chain(skipped).collect()
        }
    }
}

pub(super) fn left_out<'a>(kept: &'a HashSet<&'a str>, mode: FeedMode) -> Option<LeftOut<'a>> {
    match mode {
        FeedMode::Merge | FeedMode::Update => None,
        FeedMode::Replace(allowed) => Some(LeftOut { kept, allowed }),
    }
}
