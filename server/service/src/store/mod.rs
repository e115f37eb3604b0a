//! The ports: what the rules need from a database.
//!
//! Each method is one use case and is atomic. A method that changes something takes the audit event of that change
//! and commits both together or neither. Nothing of transactions or SQL shows here. Every adapter passes the suite in
//! `contract` (behind the feature of that name).

mod access;
mod attempt;
mod audit;
mod authority;
mod call;
#[cfg(feature = "contract")]
pub mod contract;
mod factor;
mod feed;
mod find;
mod import;
mod item_change;
mod listed;
mod notice;
mod operator;
mod pepper;
mod preview;
mod quota;
mod record;
mod refusal;
mod request;
mod revocation;
mod rotation;
mod several;
mod sighting;
mod team;
mod verdict;

pub use access::*;
pub use attempt::*;
pub use audit::*;
pub use authority::*;
pub use call::*;
pub use factor::*;
pub use feed::*;
pub use find::*;
pub use import::*;
pub use item_change::*;
pub use listed::*;
pub use notice::*;
pub use operator::*;
pub use pepper::*;
pub use preview::*;
pub use quota::*;
pub use record::*;
pub use refusal::*;
pub use request::*;
pub use revocation::*;
pub use rotation::*;
pub use several::*;
pub use sighting::*;
pub use team::*;
pub use verdict::*;

use crate::inventory::{Condition, Item, ItemFilter, StoredItem};
use crate::key::KeyDigest;
use crate::leads::{Lead, LeadChange, LeadEdits};
use async_trait::async_trait;
use domain::{AccountId, Email, KeyId, LeadId, LeadStatus, MemberId, Timestamp};
use std::ops::RangeInclusive;

/// The database failed. Neither text is for callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached or is locked for too long: trying later may work.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A listing, which the text names, was interrupted at its deadline.
    #[error("{0} did not finish before its deadline")]
    PastDeadline(&'static str),
    /// Its disk is full; nothing was changed.
    #[error("the database's disk is full")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The account would have had more than its quota allows; nothing was changed.
    #[error("an account has reached its quota: {0:?}")]
    OverQuota(OverQuota),
    /// The commit was sent, and the database did not confirm it: the change may or may not have been made.
    #[error("the outcome of the change is not known")]
    InDoubt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answered what it must not, or refused a statement of ours.
    #[error("the database failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The actor has lost the authority for the change since it was authenticated. Nothing was changed.
    #[error("the authority for the change has ended: {0:?}")]
    Denied(Denial),
}

type Result<T> = std::result::Result<T, StoreError>;

/// All ports of one database.
pub trait Store:
    InstallationStore
    + AuditStore
    + MemberStore
    + TeamStore
    + AccessStore
    + AttemptStore
    + FactorStore
    + KeyStore
    + KeySearch
    + SeveralKeys
    + AccountRevocations
    + OperatorStore
    + PepperStore
    + NoticeStore
    + QuotaStore
    + CallStore
    + SightingStore
    + RefusalStore
    + InventoryStore
    + FeedPreviewStore
    + ItemChangeStore
    + ImportStore
    + LeadStore
    + IdempotencyStore
    + VerdictStore
{
}
impl<T> Store for T where
    T: InstallationStore
        + AuditStore
        + MemberStore
        + TeamStore
        + AccessStore
        + AttemptStore
        + FactorStore
        + KeyStore
        + KeySearch
        + SeveralKeys
        + AccountRevocations
        + OperatorStore
        + PepperStore
        + NoticeStore
        + QuotaStore
        + CallStore
        + SightingStore
        + RefusalStore
        + InventoryStore
        + FeedPreviewStore
        + ItemChangeStore
        + ImportStore
        + LeadStore
        + IdempotencyStore
        + VerdictStore
{
}

/// Keys of which [`KeyStore::record_uses`] and [`SightingStore::record_sightings`] are told in one transaction, which takes
/// as many ways to the database for all of them as for one. Until its end, whoever revokes one of them waits, and has others
/// wait who change keys of the account; so they are few until the database has shown that it is quick. Each time they are
/// twice or half as many as before; where there is nothing but last uses, they may be twice as many as the most.
pub const KEYS_AT_ONCE: RangeInclusive<usize> = 16..=256;

/// A file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// Bytes that this program may still use.
    pub free: u64,
    pub total: u64,
}

/// What belongs to the installation as a whole.
#[async_trait]
pub trait InstallationStore: Send + Sync + 'static {
    /// Whether the database answers, and takes changes.
    async fn ping(&self) -> Result<()>;

    /// The file system that the database is on; `None` if this program cannot see it, as with a PostgreSQL server.
    fn disk_space(&self) -> Option<DiskSpace>;

    /// The fingerprint of the pepper that the stored keys were made under; `None` before the first start.
    async fn pepper_fingerprint(&self) -> Result<Option<String>>;

    /// Remembers the pepper's fingerprint.
    async fn set_pepper_fingerprint(&self, fingerprint: &str) -> Result<()>;

    /// Whether there is anything that depends on the pepper: an API key, or a second factor, in any account.
    async fn has_keys(&self) -> Result<bool>;

    /// Whether any account has an owner.
    async fn has_owner(&self) -> Result<bool>;

    /// The newest audit events of an account, newest first.
    async fn audit_events(&self, account: &AccountId, limit: u32) -> Result<Vec<AuditEvent>>;

    /// The newest events of one thing of the account, newest first.
    async fn history(
        &self,
        account: &AccountId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<SignedEvent>>;

    /// The newest audit event of one kind.
    async fn last_event(&self, account: &AccountId, action: Action) -> Result<Option<AuditEvent>>;
}

/// Accounts, members, their sessions and one-time links.
#[async_trait]
pub trait MemberStore: Send + Sync + 'static {
    /// Stores a link and ends every unused link of the same purpose (see [`LinkPurpose::same_kind`]). `None` where there is
    /// no account yet in which that could be recorded.
    async fn replace_link(&self, link: NewLink, event: Option<AuditEvent>) -> Result<()>;

    /// Stores the link for the first owner that the node `own` prints when it starts. The older ones end, unless another
    /// node is registered: that node may have printed one of them.
    async fn offer_first_owner_link(&self, link: NewLink, own: Option<&NodeId>) -> Result<()>;

    /// The link with this digest that is neither used nor over at `now`.
    async fn find_link(&self, digest: &TokenDigest, now: Timestamp) -> Result<Option<LinkPurpose>>;

    /// Uses the link (unused and alive at `now`) and creates the account with its owner, with the events, all or
    /// nothing. Of any number of racing callers exactly one gets `Claimed`. For [`LinkPurpose::FirstOwner`] it fails
    /// as `LinkGone` where an owner exists already.
    async fn claim_account(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        owner: NewOwner,
        event: AuditEvent,
    ) -> Result<Claim>;

    /// Creates the first account with its owner where there is none at all; `false` where there is.
    async fn seed_owner(&self, owner: NewOwner, now: Timestamp, event: AuditEvent) -> Result<bool>;

    /// Uses a reset link: sets the member's password, turns their second factor off, ends all their sessions and forgets the failed sign-ins that
    /// were counted under `forget`. Returns `false` if the link is used, replaced or expired.
    async fn reset_password(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        password_hash: &str,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;

    /// What the account decides for itself.
    async fn find_account(&self, account: &AccountId) -> Result<Option<AccountSettings>>;

    /// Changes the settings of an account if they are still those of `before`. The event is made of the settings before. If
    /// nothing is different, nothing is recorded.
    async fn change_account(
        &self,
        account: &AccountId,
        before: &AccountSettings,
        after: &AccountSettings,
        event: &(dyn for<'a> Fn(&'a AccountSettings) -> AuditEvent + Send + Sync),
    ) -> Result<AccountChange>;

    /// Returns up to `limit` members with this address, each of another account: active ones first, and older ones before
    /// newer ones.
    async fn members_by_email(&self, email: &Email, limit: u32) -> Result<Vec<Candidate>>;

    async fn find_member(&self, member: &MemberId) -> Result<Option<MemberRecord>>;

    /// Returns the number of accounts, or `limit` if there are more.
    async fn count_accounts(&self, limit: u32) -> Result<u64>;

    /// The hash of the member's password, a PHC string.
    async fn password_hash(&self, member: &MemberId) -> Result<Option<String>>;

    /// The later end of the delays that stand against any of `subjects`; `None` where none reaches past `now`.
    async fn blocked_until(&self, subjects: &[String], now: Timestamp)
    -> Result<Option<Timestamp>>;

    /// Counts one more failed sign-in against each subject and sets the end of its delay to `now` plus
    /// `delay_seconds[min(failures, len) - 1]`, where `failures` counts this one. Counts older than `forget_before`
    /// start again from nothing. Returns the latest end.
    async fn count_failure(
        &self,
        subjects: &[String],
        now: Timestamp,
        delay_seconds: &[u32],
        forget_before: Timestamp,
    ) -> Result<Timestamp>;

    /// Opens a session for a member whose password was verified against `password_hash`, and forgets the failed sign-ins that
    /// were counted under `forget`. Returns `false` if the member has another password by now, has a second factor, or is
    /// deactivated.
    async fn open_session(
        &self,
        session: NewSession,
        password_hash: &str,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;

    /// The member of the session with this digest, where they are not deactivated, and it ends after `now` and was last seen after `idle_since`.
    /// Moves "last seen", of the session and of the member, to `now` where that is more than a minute on.
    async fn use_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// The member of the session, as [`Self::use_session`] knows them, and moves nothing: for looks that are no sign of
    /// life.
    async fn find_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// Ends one session; nothing happens where it is gone.
    async fn end_session(&self, digest: &TokenDigest, event: AuditEvent) -> Result<()>;
}

/// API keys.
#[async_trait]
pub trait KeyStore: Send + Sync + 'static {
    /// Stores a key. Where the account already has a key made with the same form token, nothing is stored.
    async fn insert_key(&self, key: NewKey, event: AuditEvent) -> Result<Inserted>;

    /// All keys of an account, newest first.
    async fn list_keys(&self, account: &AccountId) -> Result<Vec<KeyRecord>>;

    async fn find_key(&self, account: &AccountId, id: &KeyId) -> Result<Option<KeyRecord>>;

    /// The key with this digest, of whatever account and in whatever state, with the name of its account.
    async fn find_key_by_digest(&self, digest: &KeyDigest) -> Result<Option<KeyRecord>>;

    /// Those of these digests that belong to a key, of whatever account and in whatever state. One statement for all; at
    /// most two thousand.
    async fn known_digests(&self, digests: &[KeyDigest]) -> Result<Vec<KeyDigest>>;

    /// The same with either of two digests, as of one moment.
    async fn find_key_by_either(&self, digests: &[KeyDigest; 2]) -> Result<Option<KeyRecord>>;

    /// Changes a key that is neither revoked nor expired at `now`; `event` is told of the key as it was and as it is.
    /// The answer comes after the change is durable: from then on [`KeyStore::find_key_by_digest`] tells of it.
    async fn change_key(
        &self,
        account: &AccountId,
        id: &KeyId,
        change: &KeyChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<Changed>;

    /// Revokes a key that is neither revoked nor expired at `revocation.at`. The answer comes after the change is
    /// durable: from then on [`KeyStore::find_key_by_digest`] tells of it.
    async fn revoke_key(
        &self,
        account: &AccountId,
        id: &KeyId,
        revocation: NewRevocation,
        event: AuditEvent,
    ) -> Result<Ended>;

    /// Stores a key that takes the place of `old`, which is neither revoked nor expired at `rotation.at` and is not being
    /// replaced by a key that lives, and ends the old one as the rotation says. `events` is told of the old key and the
    /// new one as they are then, and gives one event for each. All of it or nothing.
    async fn rotate_key(
        &self,
        account: &AccountId,
        old: &KeyId,
        rotation: Rotation,
        events: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> [AuditEvent; 2] + Send + Sync),
    ) -> Result<Rotated>;

    /// Notes when keys were last used and adds to the counts of calls, in one transaction; never moves a time
    /// backwards. Need not survive power loss. Unknown keys, and keys of another account, are passed over. Each key has one
    /// use.
    async fn record_uses(&self, uses: &[(KeyId, UseRecord)], calls: &[CallCount]) -> Result<()>;
}

/// The sellers' items.
#[async_trait]
pub trait InventoryStore: Send + Sync + 'static {
    /// Creates or replaces items, all or nothing. An item that is stored already with equal fields is left as it is,
    /// with its `updated_at`. If `terms.left_out` is given, every stored item that it does not keep is removed, up to
    /// [`REMOVED_AT_MOST`]; if there are more of them, or a [`LargeRemoval`] is not allowed, nothing is changed. If
    /// `terms.basis` is given and the stored items are different, nothing is changed either. `event` is asked for the audit event once the counts are known, and nothing is recorded if nothing changed. Accounts take turns with
    /// their feeds, and so do the senders of one account.
    async fn upsert_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        items: &[Item],
        terms: FeedTerms<'_>,
        now: Timestamp,
        event: &(dyn Fn(UpsertCounts) -> AuditEvent + Send + Sync),
    ) -> Result<Upserted>;

    /// Creates or replaces one item, where `condition` holds of what is stored. No event is recorded where nothing
    /// changed.
    async fn put_item(
        &self,
        account: &AccountId,
        item: &Item,
        condition: &Condition,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<Put>;

    /// Changes stored items, all or nothing. `ids` has each id once. No event is recorded if nothing changed.
    async fn update_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        ids: &[String],
        updates: &mut dyn ItemUpdates,
        now: Timestamp,
    ) -> Result<Upserted>;

    /// Changes one item. Nothing is recorded if it is as it was.
    async fn edit_item(&self, account: &AccountId, edit: ItemEdit<'_>) -> Result<Edited>;

    /// Up to `limit` items with an id greater than `after` and not greater than `until`, in the byte order of their ids,
    /// and no more of them than [`PAGE_BYTES`] hold.
    async fn list_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        until: Option<&str>,
        limit: u32,
    ) -> Result<Listed<StoredItem>>;

    /// Counts the items with an id greater than `after` and not greater than `until`.
    async fn count_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        until: Option<&str>,
    ) -> Result<u64>;

    /// The id of the last of `rows` items after the id `after`; `None` if no item follows them.
    async fn items_end(
        &self,
        account: &AccountId,
        after: Option<&str>,
        rows: u32,
    ) -> Result<Option<String>>;

    async fn find_item(&self, account: &AccountId, id: &str) -> Result<Option<StoredItem>>;

    /// Removes one item, where `condition` holds of it. No event is recorded where nothing was removed.
    async fn delete_item(
        &self,
        account: &AccountId,
        id: &str,
        condition: &Condition,
        event: AuditEvent,
    ) -> Result<Removal>;
}

/// Those who asked to be contacted.
///
/// Every change of a lead takes the next number of its account, in the transaction of the change: who has seen a
/// number has seen every smaller one, or a later change in its place.
#[async_trait]
pub trait LeadStore: Send + Sync + 'static {
    /// Stores a lead whose id is new.
    async fn insert_lead(&self, account: &AccountId, lead: &Lead, event: AuditEvent) -> Result<()>;

    /// Makes the edits, and gives the lead as it is then; `None` where there is none, or it is erased. Where they
    /// change nothing, the lead keeps its number and its `updated_at`, and nothing is recorded; else `event` makes
    /// the audit event, of the lead as it is then and the names of the fields that changed.
    async fn update_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        edits: &LeadEdits,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Lead, Vec<&'static str>) -> AuditEvent + Send + Sync),
    ) -> Result<Option<Lead>>;

    /// Overwrites all that was known of the person, also in answers that are kept for an idempotency key; the id and the
    /// time of the erasure stay. `false` where there is no
    /// such lead, or it is erased already; then no event is recorded.
    async fn erase_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool>;

    /// `None` also where it is erased.
    async fn find_lead(&self, account: &AccountId, id: &LeadId) -> Result<Option<Lead>>;

    /// Up to `limit` leads whose last change has a number above `after`, oldest change first, the erased included, and no
    /// more of them than [`PAGE_BYTES`] hold.
    async fn lead_changes(
        &self,
        account: &AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LeadChange>>;

    /// The number of the account's last change; 0 before the first.
    async fn last_lead_change(&self, account: &AccountId) -> Result<u64>;

    /// Up to `limit` leads whose last change has a number below `before`, newest change first, without the erased, and no
    /// more of them than [`PAGE_BYTES`] hold.
    async fn newest_leads(
        &self,
        account: &AccountId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Listed<(u64, Lead)>>;

    /// Without the erased.
    async fn count_leads(&self, account: &AccountId) -> Result<u64>;

    /// Without the erased, and without the statuses that no lead has.
    async fn count_leads_by_status(&self, account: &AccountId) -> Result<Vec<(LeadStatus, u64)>>;
}
