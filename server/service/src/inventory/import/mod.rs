//! The import of a file in the console: the steps between the file and its items.
//!
//! The console parses the file and the member's choices; here, both are opaque. [`ImportStore`]
//! defines the protocol.
//!
//! [`ImportStore`]: crate::store::ImportStore

mod apply;

pub use apply::{ImportOutcome, ImportToApply};

use crate::clock::Clock;
use crate::error::Error;
use crate::inventory::Inventory;
use crate::random::{self, Random};
use crate::reserve::FreeSpace;
use crate::sessions::Member;
use crate::store::{
    HeaderDigest, ImportChoices, ImportKey, ImportPorts, NewImport, ReplaceImportOutcome,
    StoredImport,
};
use domain::{Failure, Timestamp, seconds};
use std::sync::Arc;

/// How long a file is kept for its import.
const RETENTION_SECONDS: i64 = seconds::HOUR;
/// Characters of a file's name that are kept.
const MAX_NAME: usize = 128;
/// Bytes of a file name's ending, such as `.csv`.
const MAX_EXTENSION: usize = 8;
/// Imports that one call of the store removes.
const SWEEP_ROWS: u32 = 16;

/// A file that a member is importing.
#[derive(Debug, Clone)]
pub struct FileToImport {
    pub stored: StoredImport,
    /// Empty after the import.
    pub bytes: Vec<u8>,
}

/// The imports of files in the console.
pub struct Imports {
    pub(crate) store: Arc<dyn ImportPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) inventory: Arc<Inventory>,
}

impl Imports {
    /// Stores a file in place of the member's earlier one, and returns the id of its import; `None`
    /// if the pending files of the account have too many bytes.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn begin(
        &self,
        member: &Member,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<Option<String>, Error> {
        member.must_manage_inventory()?;
        let id = random::uuid(&*self.random, self.clock.now());
        let file_name = truncate_name(file_name);
        let stored = self.store.replace_import(NewImport {
            name: import_key(member, &id),
            file_name: &file_name,
            bytes,
            at: self.clock.now(),
            expired: self.retention_cutoff(),
        });
        Ok(match self.free_space.with_room(stored).await? {
            ReplaceImportOutcome::Stored => Some(id),
            ReplaceImportOutcome::NoRoom => None,
        })
    }

    /// Returns the import that the member has begun and not finished.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn open(&self, member: &Member) -> Result<Option<StoredImport>, Error> {
        member.must_manage_inventory()?;
        let found = self
            .store
            .find_import(import_key(member, ""), self.retention_cutoff())
            .await?;
        Ok(found.filter(|found| found.result.is_none()))
    }

    /// Returns the member's import with this id.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it has expired, was replaced, or is another member's. Refused to
    /// viewers; and the database's.
    pub async fn find(&self, member: &Member, id: &str) -> Result<StoredImport, Error> {
        member.must_manage_inventory()?;
        if id.is_empty() {
            return Err(Failure::NotFound.into());
        }
        let found = self
            .store
            .find_import(import_key(member, id), self.retention_cutoff())
            .await?;
        found.ok_or_else(|| Failure::NotFound.into())
    }

    /// Reads the bytes of an import that [`Self::find`] returned.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it was replaced since; and the database's.
    pub async fn file(&self, member: &Member, stored: StoredImport) -> Result<FileToImport, Error> {
        let bytes = self
            .store
            .import_bytes(import_key(member, &stored.id))
            .await?;
        if stored.result.is_none() && bytes.len() as u64 != stored.size {
            return Err(Failure::NotFound.into());
        }
        Ok(FileToImport { stored, bytes })
    }

    /// Returns the mapping of the last file with this header that the account imported.
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

    /// Stores the member's choices.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the import has expired, was replaced or was applied. Refused to
    /// viewers; and the database's.
    pub async fn choose(&self, member: &Member, id: &str, choices: &str) -> Result<(), Error> {
        member.must_manage_inventory()?;
        let choices = ImportChoices {
            choices,
            expired: self.retention_cutoff(),
        };
        let stored = self.store.choose_import(import_key(member, id), choices);
        if self.free_space.with_room(stored).await? {
            Ok(())
        } else {
            Err(Failure::NotFound.into())
        }
    }

    /// Deletes an import that was not applied, with its file.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if there is none with this id. Refused to viewers; and the database's.
    pub async fn discard(&self, member: &Member, id: &str) -> Result<(), Error> {
        member.must_manage_inventory()?;
        let discarded = self.store.discard_import(import_key(member, id)).await?;
        if discarded {
            Ok(())
        } else {
            Err(Failure::NotFound.into())
        }
    }

    /// Removes the expired imports.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), Error> {
        let expired = self.retention_cutoff();
        while self.store.sweep_imports(expired, SWEEP_ROWS).await? == u64::from(SWEEP_ROWS) {}
        Ok(())
    }

    fn retention_cutoff(&self) -> Timestamp {
        self.clock.now().plus_seconds(-RETENTION_SECONDS)
    }
}

/// The name of a file without control characters, cut before its ending, which the next steps need
/// to recognise the format.
fn truncate_name(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !c.is_control()).collect();
    let extension = visible.rfind('.').map_or("", |dot| &visible[dot..]);
    let extension = if extension.len() <= MAX_EXTENSION {
        extension
    } else {
        ""
    };
    let stem = visible.strip_suffix(extension).unwrap_or(&visible);
    let stem = stem.chars().take(MAX_NAME - extension.chars().count());
    stem.chain(extension.chars()).collect()
}

fn import_key<'a>(member: &'a Member, id: &'a str) -> ImportKey<'a> {
    ImportKey {
        account: &member.account_id,
        member: &member.id,
        id,
    }
}
