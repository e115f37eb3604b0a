//! Revocation of all keys of an account at once, at the same cost for ten keys as for a hundred
//! thousand.
//!
//! # Definitions
//! - The *generation* of an account is the number of times that all of its keys were revoked. The
//!   generation of a key is that of its account when the key was created.
//! - A key is *revoked with all* if its generation is lower than its account's, unless it was
//!   revoked individually or had expired before that.
//! - A revocation is *written* once it was copied into the rows of its keys.
//!
//! # Invariant
//! Every port that returns a [`KeyRecord`](super::KeyRecord), and every change that depends on
//! whether a key is revoked, goes by the generation. The rows only decide how keys are found and
//! ordered in a list.
//!
//! # Steps
//! 1. One transaction raises the account's generation, stores the revocation and records its audit
//!    event. Raising the generation is one numbered change of the account (`crate::verdict`), so
//!    that nodes forget all of its keys in memory.
//! 2. The writer waits until every node has acknowledged that number or has lost its lease. From
//!    then on, no node accepts one of the keys.
//! 3. Short transactions write the revocation, a few keys at a time, each with the audit event of
//!    that key: the first thousand keys before the caller gets the answer, the others in the
//!    background. The last transaction is one more numbered change of the account, for nodes of the
//!    previous release, which go by the rows alone.
//! # Failures
//! - Before the commit of step 1: nothing has changed.
//! - After it: all keys are refused, whatever happens to this node. Nodes of the previous release
//!   refuse them once step 3 is done. Any node can continue step 3, which writes each row and its
//!   event exactly once, since both are in one transaction that holds the account's lock.

use super::{AuditEvent, Receipt, Result};
use async_trait::async_trait;
use domain::{AccountId, KeyId, KeyName, MemberId, RevokeReason, Timestamp};
use std::net::IpAddr;

/// A revocation of all keys of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRevocation {
    pub account_id: AccountId,
    /// The account's generation from this revocation on.
    pub number: u64,
    pub at: Timestamp,
    pub by: MemberId,
    pub reason: RevokeReason,
    /// The client that requested the revocation.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// A key into whose row the revocation was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedWithAll {
    pub id: KeyId,
    pub name: KeyName,
    pub preview: String,
}

/// Revocations of all keys of an account.
#[async_trait]
pub trait AccountRevocations: Send + Sync + 'static {
    /// Counts the account's keys that are neither revoked nor expired at `now`, up to `limit`.
    async fn count_live_keys(&self, account: &AccountId, now: Timestamp, limit: u32)
    -> Result<u32>;

    /// Revokes all keys of the account that are neither revoked nor expired at `at`. `event`
    /// receives their number. Returns that number too, or `None` if there was no such key; then
    /// nothing is recorded. Once this returns,
    /// [`KeyStore::find_key_by_digest`](super::KeyStore::find_key_by_digest) returns each of them
    /// as revoked.
    async fn revoke_all_keys(
        &self,
        account: &AccountId,
        at: Timestamp,
        by: &MemberId,
        reason: RevokeReason,
        event: &(dyn Fn(u32) -> AuditEvent + Send + Sync),
    ) -> Result<Option<(u32, AccountRevocation)>>;

    /// Stores how the revocation reached the nodes, if that is not stored yet.
    async fn keep_receipt_of_all(
        &self,
        revocation: &AccountRevocation,
        receipt: Receipt,
    ) -> Result<()>;

    /// Returns up to `limit` revocations that are not written yet, of any account.
    async fn unwritten_revocations(&self, limit: u32) -> Result<Vec<AccountRevocation>>;

    /// Copies the revocation into the rows of up to `limit` of its keys, each with its event, in
    /// one transaction. Returns whether the revocation is now written.
    async fn write_revocation(
        &self,
        revocation: &AccountRevocation,
        limit: u32,
        event: &(dyn Fn(RevokedWithAll) -> AuditEvent + Send + Sync),
    ) -> Result<bool>;
}
