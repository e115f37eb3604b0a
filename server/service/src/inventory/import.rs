//! The import of a file in the console: the steps between the file and its items.
//!
//! The console reads the file and knows the choices of the member; here, both are texts.
//! [`ImportStore`] defines the protocol.
//!
//! [`ImportStore`]: crate::store::ImportStore

use super::feed::kept_ids;
use super::{CheckedFeed, FeedMode, FeedOutcome, FeedReport, PreviewOutcome};
use crate::store::{
    Action, AppliedImport, Completion, HeaderDigest, ImportChoices, ImportName, Imported,
    NewImport, Removals, StoredImport,
};
use crate::{Client, Error, Member, Service};
use domain::{Failure, Timestamp};

/// How long a file is kept for its import.
const KEPT_SECONDS: i64 = 3_600;
/// Characters of a file's name that are kept.
const MAX_NAME: usize = 128;
/// Imports that one call of the store removes.
const SWEEP_ROWS: u32 = 16;

/// A file that a member is importing.
#[derive(Debug, Clone)]
pub struct FileToImport {
    pub stored: StoredImport,
    /// Empty after the import.
    pub bytes: Vec<u8>,
}

/// The outcome of applying an import.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The result is stored.
    Applied,
    /// Nothing was changed.
    Refused(FeedOutcome),
}

impl Service {
    /// Stores a file in place of the member's earlier one, and returns the id of its import; `None`
    /// if the pending files of the account have too many bytes.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn begin_import(
        &self,
        member: &Member,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<Option<String>, Error> {
        member.must_manage_inventory()?;
        let id = self.new_id();
        let visible = file_name.chars().filter(|c| !c.is_control());
        let file_name: String = visible.take(MAX_NAME).collect();
        let stored = self.store.replace_import(NewImport {
            name: named(member, &id),
            file_name: &file_name,
            bytes,
            at: self.clock.now(),
            expired: self.expired_imports(),
        });
        Ok(match self.with_room(stored).await? {
            Imported::Stored => Some(id),
            Imported::NoRoom => None,
        })
    }

    /// Returns the import that the member has begun and not finished.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn open_import(&self, member: &Member) -> Result<Option<StoredImport>, Error> {
        member.must_manage_inventory()?;
        let found = self
            .store
            .find_import(named(member, ""), self.expired_imports())
            .await?;
        Ok(found.filter(|found| found.result.is_none()))
    }

    /// Returns the member's import with this id.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it has expired, was replaced, or is another member's. Refused to
    /// viewers; and the database's.
    pub async fn find_import(&self, member: &Member, id: &str) -> Result<StoredImport, Error> {
        member.must_manage_inventory()?;
        if id.is_empty() {
            return Err(Failure::NotFound.into());
        }
        let found = self
            .store
            .find_import(named(member, id), self.expired_imports())
            .await?;
        found.ok_or_else(|| Failure::NotFound.into())
    }

    /// Reads the bytes of an import that [`Self::find_import`] returned.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it was replaced since; and the database's.
    pub async fn file_to_import(
        &self,
        member: &Member,
        stored: StoredImport,
    ) -> Result<FileToImport, Error> {
        let bytes = self.store.import_bytes(named(member, &stored.id)).await?;
        if stored.result.is_none() && bytes.len() as u64 != stored.size {
            return Err(Failure::NotFound.into());
        }
        Ok(FileToImport { stored, bytes })
    }

    /// Returns the mapping that the account used for this header.
    ///
    /// # Errors
    /// The database's.
    pub async fn remembered_mapping(
        &self,
        member: &Member,
        header: &HeaderDigest,
    ) -> Result<Option<String>, Error> {
        let account = member.account_id();
        Ok(self.store.find_mapping(account, header).await?)
    }

    /// Stores the member's choices, and remembers the mapping for the account.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the import has expired, was replaced or was applied. Refused to
    /// viewers; and the database's.
    pub async fn choose_import(
        &self,
        member: &Member,
        id: &str,
        choices: &str,
        mapping: Option<(HeaderDigest, &str)>,
    ) -> Result<(), Error> {
        member.must_manage_inventory()?;
        let choices = ImportChoices {
            choices,
            mapping,
            at: self.clock.now(),
            expired: self.expired_imports(),
        };
        let stored = self.store.choose_import(named(member, id), choices);
        if self.with_room(stored).await? {
            Ok(())
        } else {
            Err(Failure::NotFound.into())
        }
    }

    /// Returns the changes that an import would make.
    ///
    /// # Errors
    /// Refused to viewers; [`Error::OverQuota`] if it would exceed a quota; and the database's.
    pub async fn preview_import(
        &self,
        member: &Member,
        feed: CheckedFeed,
        mode: FeedMode,
    ) -> Result<PreviewOutcome, Error> {
        member.must_manage_inventory()?;
        self.preview_feed(&member.account_id, feed, mode).await
    }

    /// Returns the number of items that a feed with the whole inventory would remove now.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn count_removals(
        &self,
        member: &Member,
        feed: &CheckedFeed,
    ) -> Result<usize, Error> {
        member.must_manage_inventory()?;
        let kept = kept_ids(feed, FeedMode::Replace(Removals::Few));
        let removed = self.store.items_left_out(&member.account_id, &kept).await?;
        Ok(removed.ids.len())
    }

    /// Applies an import once. `result` writes the form of its outcome that is stored.
    ///
    /// # Errors
    /// Refused to viewers; [`Error::Unavailable`] if it was applied already, which
    /// [`Self::find_import`] shows; and the database's.
    pub async fn apply_import(
        &self,
        member: &Member,
        client: &Client,
        id: &str,
        feed: CheckedFeed,
        mode: FeedMode,
        result: &(dyn Fn(&FeedReport) -> String + Send + Sync),
    ) -> Result<ImportOutcome, Error> {
        member.must_manage_inventory()?;
        let now = self.clock.now();
        let event =
            |detail| member.event(Action::InventoryUpdated, "inventory", client, now, detail);
        let applied = |report: &FeedReport| AppliedImport {
            member: member.id.clone(),
            id: id.to_owned(),
            result: result(report),
        };
        let complete = |report: &FeedReport| Completion::Import(applied(report));
        let outcome = self
            .take_feed(
                &member.account_id,
                &member.actor(),
                feed,
                mode,
                &event,
                Some(&complete),
            )
            .await?;
        let FeedOutcome::Stored(report) = outcome else {
            return Ok(ImportOutcome::Refused(outcome));
        };
        let counts = report.counts;
        if counts.created + counts.updated + counts.removed == 0 {
            // Nothing was changed, so there was no event to complete. An existing result stays.
            let applied = applied(&report);
            let finished = self.store.finish_import(&member.account_id, &applied);
            self.with_room(finished).await?;
        }
        Ok(ImportOutcome::Applied)
    }

    /// Removes the expired imports.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_imports(&self) -> Result<(), Error> {
        let expired = self.expired_imports();
        while self.store.sweep_imports(expired, SWEEP_ROWS).await? == u64::from(SWEEP_ROWS) {}
        Ok(())
    }

    fn expired_imports(&self) -> Timestamp {
        self.clock.now().plus_seconds(-KEPT_SECONDS)
    }
}

fn named<'a>(member: &'a Member, id: &'a str) -> ImportName<'a> {
    ImportName {
        account: &member.account_id,
        member: &member.id,
        id,
    }
}
