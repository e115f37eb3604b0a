//! Files that members import in the console, between its steps, and the mappings that accounts used
//! before.
//!
//! Any node can carry out any step, so everything that one step leaves to the next is in the
//! database:
//!
//! 1. [`ImportStore::replace_import`] stores the file, in place of the member's earlier import.
//! 2. [`ImportStore::choose_import`] stores the choices.
//! 3. If there is no result yet, the transaction of the feed stores the result with the items
//!    ([`Completion::Import`](super::Completion::Import)), remembers the mapping of the columns for
//!    the account, and deletes the bytes; otherwise the feed is rolled back. So an import is
//!    applied once, however often it is confirmed. The feed is also rolled back if the stored items
//!    that it touches are not those of the confirmed preview ([`FeedBasis`](super::FeedBasis)).
//! 4. An import that changes nothing has no such transaction: [`ImportStore::finish_import`] stores
//!    its result.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};

/// Maximum size of all files of an account that are not imported yet, in bytes.
pub const MAX_PENDING_IMPORT_BYTES: u64 = 64 * 1024 * 1024;
/// Maximum number of mappings that are remembered for an account. A further one replaces the one
/// that was unused for longest.
pub const MAX_MAPPINGS: u32 = 50;

/// SHA-256 of the header of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeaderDigest(pub [u8; 32]);

/// Identifies the import of a member.
#[derive(Debug, Clone, Copy)]
pub struct ImportKey<'a> {
    pub account: &'a AccountId,
    pub member: &'a MemberId,
    pub id: &'a str,
}

/// A file that is about to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewImport<'a> {
    pub name: ImportKey<'a>,
    pub file_name: &'a str,
    pub bytes: &'a [u8],
    pub at: Timestamp,
    /// Imports that were begun at this time or before have expired.
    pub expired: Timestamp,
}

/// A stored file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImport {
    pub id: String,
    pub file_name: String,
    /// Size of the file, in bytes.
    pub size: u64,
    pub created_at: Timestamp,
    /// The member's choices, as serialised by the console.
    pub choices: Option<String>,
    /// The outcome, as serialised by the console, once the file was imported.
    pub result: Option<String>,
}

/// The choices of a member for their import.
#[derive(Debug, Clone, Copy)]
pub struct ImportChoices<'a> {
    pub choices: &'a str,
    pub expired: Timestamp,
}

/// The outcome of an import, to be committed with its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedImport {
    pub member: MemberId,
    pub id: String,
    pub result: String,
    pub at: Timestamp,
    /// Present if the file is a table.
    pub mapping: Option<UsedMapping>,
}

/// The mapping of the columns of a file that was imported, which its account remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedMapping {
    pub header: HeaderDigest,
    /// As serialised by the console.
    pub mapping: String,
}

/// The outcome of storing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceImportOutcome {
    Stored,
    /// The files of the account would have more than [`MAX_PENDING_IMPORT_BYTES`]. Nothing was
    /// changed.
    NoRoom,
}

/// Storage for the steps of an import.
#[async_trait]
pub trait ImportStore: Send + Sync + 'static {
    /// Stores a file in place of the member's earlier one.
    async fn replace_import(&self, import: NewImport<'_>) -> Result<ReplaceImportOutcome>;

    /// Returns the member's import with this id, or with any id if `id` is empty, if it was begun
    /// after `expired`.
    async fn find_import(
        &self,
        name: ImportKey<'_>,
        expired: Timestamp,
    ) -> Result<Option<StoredImport>>;

    /// Returns the bytes of the member's file; empty if it was already imported or does not exist.
    async fn import_bytes(&self, name: ImportKey<'_>) -> Result<Vec<u8>>;

    /// Stores the choices for an import that was not applied yet. Returns `false` if such an import
    /// does not exist.
    async fn choose_import(&self, name: ImportKey<'_>, choices: ImportChoices<'_>) -> Result<bool>;

    /// Deletes an import that was not applied, with its file. Returns `false` if such an import
    /// does not exist.
    async fn discard_import(&self, name: ImportKey<'_>) -> Result<bool>;

    /// Returns the mapping of the last file with this header that the account imported.
    async fn find_mapping(
        &self,
        account: &AccountId,
        header: &HeaderDigest,
    ) -> Result<Option<String>>;

    /// Stores the result of an import that changed nothing. Returns `false` if the import does not
    /// exist or has a result already.
    async fn finish_import(&self, account: &AccountId, applied: &AppliedImport) -> Result<bool>;

    /// Removes up to `limit` imports that were begun at `expired` or before. Returns how many were
    /// removed.
    async fn sweep_imports(&self, expired: Timestamp, limit: u32) -> Result<u64>;
}
