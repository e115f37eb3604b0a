//! Files that members import in the console, between its steps, and the mappings that accounts used before.
//!
//! Any node can carry out any step, so everything that one step leaves to the next is in the database:
//!
//! 1. [`ImportStore::replace_import`] stores the file. It takes the place of the member's earlier import.
//! 2. [`ImportStore::choose_import`] stores the choices, and remembers the mapping of the columns for the account.
//! 3. The transaction of the feed stores the result with the items ([`Completion::Import`](super::Completion::Import)) and deletes the bytes, if there is
//!    no result yet; otherwise the feed is rolled back. So an import is applied once, however often it is confirmed.
//! 4. An import that changes nothing has no such transaction: [`ImportStore::finish_import`] stores its result.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};

/// Bytes of all files of an account that are not imported yet.
pub const PENDING_BYTES: u64 = 64 * 1024 * 1024;
/// Mappings that are remembered of an account. The one that was not used for longest gives way.
pub const KEPT_MAPPINGS: u32 = 50;

/// SHA-256 of the header of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeaderDigest(pub [u8; 32]);

/// The import of a member.
#[derive(Debug, Clone, Copy)]
pub struct ImportName<'a> {
    pub account: &'a AccountId,
    pub member: &'a MemberId,
    pub id: &'a str,
}

/// A file that is about to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewImport<'a> {
    pub name: ImportName<'a>,
    pub file_name: &'a str,
    pub bytes: &'a [u8],
    pub at: Timestamp,
    /// Imports that were begun at this time or before are over.
    pub expired: Timestamp,
}

/// A stored file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImport {
    pub id: String,
    pub file_name: String,
    /// Bytes of the file.
    pub size: u64,
    pub created_at: Timestamp,
    /// The choices of the member, as the console wrote them.
    pub choices: Option<String>,
    /// The outcome, as the console wrote it, once the file was imported.
    pub result: Option<String>,
}

/// The choices of a member for their import.
#[derive(Debug, Clone, Copy)]
pub struct ImportChoices<'a> {
    pub choices: &'a str,
    /// The header of the table and the mapping of its columns, which the account remembers.
    pub mapping: Option<(HeaderDigest, &'a str)>,
    pub at: Timestamp,
    pub expired: Timestamp,
}

/// The outcome of an import, to be committed with its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedImport {
    pub member: MemberId,
    pub id: String,
    pub result: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    Stored,
    /// The files of the account would have more than [`PENDING_BYTES`]. Nothing was changed.
    NoRoom,
}

#[async_trait]
pub trait ImportStore: Send + Sync + 'static {
    /// Stores a file in the place of the member's earlier one.
    async fn replace_import(&self, import: NewImport<'_>) -> Result<Imported>;

    /// The member's import with this id, if it was begun after `expired`; or any of theirs if `id` is empty.
    async fn find_import(
        &self,
        name: ImportName<'_>,
        expired: Timestamp,
    ) -> Result<Option<StoredImport>>;

    /// The bytes of the member's file; empty if it was imported or is gone.
    async fn import_bytes(&self, name: ImportName<'_>) -> Result<Vec<u8>>;

    /// Stores the choices for an import that was not applied; `false` if there is none.
    async fn choose_import(&self, name: ImportName<'_>, choices: ImportChoices<'_>)
    -> Result<bool>;

    /// The mapping that the account used for this header.
    async fn find_mapping(
        &self,
        account: &AccountId,
        header: &HeaderDigest,
    ) -> Result<Option<String>>;

    /// Stores the result of an import that changed nothing; `false` if there is none without a result.
    async fn finish_import(&self, account: &AccountId, applied: &AppliedImport) -> Result<bool>;

    /// Removes up to `limit` imports that were begun at `expired` or before. Returns how many were removed.
    async fn sweep_imports(&self, expired: Timestamp, limit: u32) -> Result<u64>;
}
