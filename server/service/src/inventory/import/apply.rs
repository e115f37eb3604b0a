//! The last steps of an import: its preview, and applying it as it was previewed.

use crate::error::Error;
use crate::inventory::feed::FeedChange;
use crate::inventory::{CheckedFeed, FeedMode, FeedOutcome, FeedReport, Imports, PreviewOutcome};
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{Action, AppliedImport, Completion, FeedBasis, StoredImport, UsedMapping};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Maximum number of items whose names are looked up.
const MAX_NAMES: usize = 100;

/// An import that a member confirmed.
pub struct ImportToApply<'a> {
    pub stored: &'a StoredImport,
    pub feed: CheckedFeed,
    pub mode: FeedMode,
    /// Name of the mode, for the audit log.
    pub mode_name: &'static str,
    /// State of the stored items on which the confirmed preview was based.
    pub basis: &'a FeedBasis,
    /// Mapping of the file's columns, which the account remembers.
    pub mapping: Option<UsedMapping>,
    /// Writes the form of the outcome that is stored.
    pub result: &'a (dyn Fn(&FeedReport) -> String + Send + Sync),
}

/// The outcome of applying an import.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The result is stored.
    Applied,
    /// Nothing was changed, since the stored items are not those of the preview any more.
    Outdated,
    /// Nothing was changed.
    Refused(FeedOutcome),
}

impl Imports {
    /// Returns the changes that an import would make. `fields` are those that its file has.
    ///
    /// # Errors
    /// Refused to viewers; [`Error::OverQuota`] if it would exceed a quota; and the database's.
    pub async fn preview(
        &self,
        member: &Member,
        feed: &CheckedFeed,
        mode: FeedMode,
        fields: &BTreeSet<String>,
    ) -> Result<PreviewOutcome, Error> {
        member.must_manage_inventory()?;
        self.inventory
            .preview_feed(&member.account_id, feed, mode, Some(fields))
            .await
    }

    /// Returns the id and the name of each stored item with one of the first 100 of these ids, in
    /// their order.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn names_of_items(
        &self,
        member: &Member,
        ids: &[String],
    ) -> Result<Vec<(String, String)>, Error> {
        member.must_manage_inventory()?;
        let ids: Vec<&str> = ids.iter().take(MAX_NAMES).map(String::as_str).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut stored = self.store.find_items(&member.account_id, &ids).await?;
        stored.sort_by(|a, b| a.item.id.cmp(&b.item.id));
        let names = stored.into_iter().map(|stored| {
            let item = stored.item;
            (item.id.as_str().to_owned(), item.name)
        });
        Ok(names.collect())
    }

    /// Applies an import once, if the stored items that it touches are still those of its preview.
    /// The transaction that changes the items makes this comparison.
    ///
    /// # Errors
    /// Refused to viewers; [`Error::Unavailable`] if it was applied already, which
    /// [`Self::find`] shows; and the database's.
    pub async fn apply(
        &self,
        member: &Member,
        client: &Client,
        import: ImportToApply<'_>,
    ) -> Result<ImportOutcome, Error> {
        member.must_manage_inventory()?;
        let ImportToApply {
            stored,
            feed,
            mode,
            mode_name,
            basis,
            mapping,
            result,
        } = import;
        let now = self.clock.now();
        let event = |detail| {
            let detail = with_source(detail, &stored.file_name, mode_name);
            member.event(Action::InventoryUpdated, "inventory", client, now, detail)
        };
        let applied = |report: &FeedReport| AppliedImport {
            member: member.id.clone(),
            id: stored.id.clone(),
            result: result(report),
            at: now,
            mapping: mapping.clone(),
        };
        let complete = |report: &FeedReport| Completion::Import(applied(report));
        let change = FeedChange {
            feed,
            mode,
            basis: Some(basis),
            event: &event,
            complete: Some(&complete),
        };
        let (account, sender) = (&member.account_id, member.actor());
        let Some(outcome) = self.inventory.apply_feed(account, &sender, change).await? else {
            return Ok(ImportOutcome::Outdated);
        };
        let FeedOutcome::Stored(report) = outcome else {
            return Ok(ImportOutcome::Refused(outcome));
        };
        let counts = report.counts;
        if counts.created + counts.updated + counts.removed == 0 {
            // Nothing was changed, so there was no event to complete. An existing result stays.
            let applied = applied(&report);
            let finished = self.store.finish_import(account, &applied);
            self.free_space.with_room(finished).await?;
        }
        Ok(ImportOutcome::Applied)
    }
}

/// The detail of a feed's audit event, with the source of the feed. [`Imports::begin`] has bounded
/// the file name.
fn with_source(mut detail: Value, file_name: &str, mode_name: &str) -> Value {
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("source".to_owned(), json!("import"));
        fields.insert("file".to_owned(), json!(file_name));
        fields.insert("mode".to_owned(), json!(mode_name));
    }
    detail
}
