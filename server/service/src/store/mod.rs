//! Ports to the database.
//!
//! Each method is one use case and is atomic. A method that changes something takes the audit event
//! of the change and commits both together or neither. Transactions and SQL stay inside the
//! adapters. Every adapter passes the suite in `server/contract`.

mod access;
mod attempt;
mod audit;
mod authority;
mod call;
mod combinations;
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
mod status;
mod team;
mod verdict;

pub use access::*;
pub use attempt::*;
pub use audit::*;
pub use authority::*;
pub use call::*;
pub use combinations::*;
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

use crate::item::{Condition, Item, ItemFilter, StoredItem};
use crate::key::KeyDigest;
use crate::lead::{Lead, LeadChange, LeadEdits};
use async_trait::async_trait;
use domain::{AccountId, Email, KeyId, LeadId, LeadStatus, MemberId, Timestamp};
use std::ops::RangeInclusive;

/// Error of a database. The texts are for logs and not for callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or has been locked for too long. A later attempt may succeed.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A listing, which the text names, was interrupted at its deadline.
    #[error("{0} did not finish before its deadline")]
    PastDeadline(&'static str),
    /// The disk of the database is full; nothing was changed.
    #[error("the database's disk is full")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The change would exceed a quota of the account; nothing was changed.
    #[error("an account has reached its quota: {0:?}")]
    OverQuota(OverQuota),
    /// In-doubt commit: it was sent, but the database did not confirm it, so the change may or may
    /// not have been made.
    #[error("the outcome of the change is not known")]
    InDoubt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database returned an invalid result or rejected a statement.
    #[error("the database failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The actor has lost the authority for the change since it was authenticated; nothing was
    /// changed.
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
    + AccessPorts
    + AuditPorts
    + AuthenticatorPorts
    + DashboardPorts
    + EmergencyPorts
    + ImportPorts
    + InventoryPorts
    + KeyChangePorts
    + KeyPorts
    + LeadPorts
    + LinkPorts
    + NoticePorts
    + OperatorPorts
    + PepperPorts
    + RefusalPorts
    + RestoredKeyPorts
    + SessionPorts
    + SettingsPorts
    + SignInPorts
    + UsagePorts
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

/// Smallest and largest number of keys in one transaction of [`KeyStore::record_uses`] and
/// [`SightingStore::record_sightings`].
///
/// A transaction takes as many round trips for all of its keys as for one. While it runs, a
/// revocation of one of these keys waits for it, and other changes of keys in the account wait for
/// the revocation. So the first batch is small, and each further one is twice or half as large as
/// the one before, depending on how quick the database was. A batch that contains nothing but last
/// uses may be twice as large as the upper bound.
pub const KEYS_AT_ONCE: RangeInclusive<usize> = 16..=256;

/// Space of a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// Bytes that this process may still use.
    pub free: u64,
    pub total: u64,
}

/// State of the installation as a whole.
#[async_trait]
pub trait InstallationStore: Send + Sync + 'static {
    /// Checks that the database answers and accepts changes.
    async fn ping(&self) -> Result<()>;

    /// Space on the file system of the database, or `None` if this process cannot see it, as with a
    /// PostgreSQL server.
    fn disk_space(&self) -> Option<DiskSpace>;

    /// Fingerprint of the pepper under which the stored keys were created; `None` before the first
    /// start.
    async fn pepper_fingerprint(&self) -> Result<Option<String>>;

    /// Stores the fingerprint of the pepper.
    async fn set_pepper_fingerprint(&self, fingerprint: &str) -> Result<()>;

    /// Whether anything depends on the pepper: an API key or a second factor, in any account.
    async fn has_keys(&self) -> Result<bool>;

    /// Whether any account has an owner.
    async fn has_owner(&self) -> Result<bool>;

    /// Returns the newest audit events of an account, newest first.
    async fn audit_events(&self, account: &AccountId, limit: u32) -> Result<Vec<AuditEvent>>;

    /// Returns the newest audit events about one subject of the account, newest first.
    async fn history(
        &self,
        account: &AccountId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<SignedEvent>>;

    /// Returns the newest audit event of one kind.
    async fn last_event(&self, account: &AccountId, action: Action) -> Result<Option<AuditEvent>>;
}

/// Accounts, members, their sessions and one-time links.
#[async_trait]
pub trait MemberStore: Send + Sync + 'static {
    /// Stores a link and expires every unused link of the same purpose (see
    /// [`LinkPurpose::same_kind`]). `event` is `None` if there is no account yet to record it in.
    async fn replace_link(&self, link: NewLink, event: Option<AuditEvent>) -> Result<()>;

    /// Stores the link for the first owner that the node `own` prints when it starts.
    ///
    /// The older links expire, unless another node is registered, which may have printed one of
    /// them.
    async fn offer_first_owner_link(&self, link: NewLink, own: Option<&NodeId>) -> Result<()>;

    /// Returns the purpose of the link with this digest if it is neither used nor expired at `now`.
    async fn find_link(&self, digest: &TokenDigest, now: Timestamp) -> Result<Option<LinkPurpose>>;

    /// Uses the link, which must be unused and not expired at `now`, and creates the account with
    /// its owner and the audit event, all or nothing.
    ///
    /// Exactly one of any number of concurrent callers gets `Claimed`. For
    /// [`LinkPurpose::FirstOwner`] the result is `LinkGone` if an owner exists already.
    async fn claim_account(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        owner: NewOwner,
        event: AuditEvent,
    ) -> Result<Claim>;

    /// Creates the first account with its owner. Returns `false` if there is an account already.
    async fn seed_owner(&self, owner: NewOwner, now: Timestamp, event: AuditEvent) -> Result<bool>;

    /// Uses a reset link: sets the member's password, turns their second factor off, ends all their
    /// sessions and deletes the failed sign-ins that were counted under `forget`.
    ///
    /// Returns `false` if the link is used, replaced or expired.
    async fn reset_password(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        password_hash: &str,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;

    /// Returns the settings of an account.
    async fn find_account(&self, account: &AccountId) -> Result<Option<AccountSettings>>;

    /// Changes the settings of an account if they still equal `before`. `event` receives the old
    /// settings. If the new settings are the same, nothing is recorded.
    async fn change_account(
        &self,
        account: &AccountId,
        before: &AccountSettings,
        after: &AccountSettings,
        event: &(dyn for<'a> Fn(&'a AccountSettings) -> AuditEvent + Send + Sync),
    ) -> Result<AccountChange>;

    /// Returns up to `limit` members with this address, each of another account: active members
    /// first, and older ones before newer ones.
    async fn members_by_email(&self, email: &Email, limit: u32) -> Result<Vec<Candidate>>;

    async fn find_member(&self, member: &MemberId) -> Result<Option<MemberRecord>>;

    /// Returns the number of accounts, or `limit` if there are more.
    async fn count_accounts(&self, limit: u32) -> Result<u64>;

    /// Returns the hash of the member's password, a PHC string.
    async fn password_hash(&self, member: &MemberId) -> Result<Option<String>>;

    /// Returns the latest end of the delays of `subjects`, or `None` if all of them are over at
    /// `now`.
    async fn blocked_until(&self, subjects: &[String], now: Timestamp)
    -> Result<Option<Timestamp>>;

    /// Counts one more failed sign-in for each subject and sets the end of its delay to `now` plus
    /// `delay_seconds[min(failures, len) - 1]`, where `failures` includes this one.
    ///
    /// Counts older than `forget_before` start again at zero. Returns the latest end.
    async fn count_failure(
        &self,
        subjects: &[String],
        now: Timestamp,
        delay_seconds: &[u32],
        forget_before: Timestamp,
    ) -> Result<Timestamp>;

    /// Opens a session for a member whose password was verified against `password_hash`, and
    /// deletes the failed sign-ins that were counted under `forget`.
    ///
    /// Returns `false` if the password has changed since, or if the member has a second factor or
    /// is deactivated.
    async fn open_session(
        &self,
        session: NewSession,
        password_hash: &str,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;

    /// Returns the member of the session with this digest and records that the session is in use.
    ///
    /// The result is `None` if the member is deactivated, if the session ends at `now` or earlier,
    /// or if it was last seen at `idle_since` or earlier. "Last seen", of the session and of the
    /// member, moves to `now` if it is more than a minute old.
    async fn use_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// Returns the member of the session as [`Self::use_session`] does, but does not move "last
    /// seen". For requests that are not a sign of activity.
    async fn find_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// Ends one session. Does nothing if the session does not exist any more.
    async fn end_session(&self, digest: &TokenDigest, event: AuditEvent) -> Result<()>;
}

/// API keys.
#[async_trait]
pub trait KeyStore: Send + Sync + 'static {
    /// Stores a key. If the account already has a key from the same form token, nothing is stored.
    async fn insert_key(&self, key: NewKey, event: AuditEvent) -> Result<Inserted>;

    /// Returns all keys of an account, newest first.
    async fn list_keys(&self, account: &AccountId) -> Result<Vec<KeyRecord>>;

    async fn find_key(&self, account: &AccountId, id: &KeyId) -> Result<Option<KeyRecord>>;

    /// Returns the key with this digest, from any account and in any state, with the name of its
    /// account.
    async fn find_key_by_digest(&self, digest: &KeyDigest) -> Result<Option<KeyRecord>>;

    /// Returns the digests that belong to a key, from any account and in any state. Takes one
    /// statement for all; at most two thousand digests.
    async fn known_digests(&self, digests: &[KeyDigest]) -> Result<Vec<KeyDigest>>;

    /// Returns the key with either of two digests, from one snapshot of the database.
    async fn find_key_by_either(&self, digests: &[KeyDigest; 2]) -> Result<Option<KeyRecord>>;

    /// Changes a key that is neither revoked nor expired at `now`. `event` receives the key before
    /// and after the change.
    ///
    /// Returns after the change is durable: from then on [`KeyStore::find_key_by_digest`] returns
    /// the changed key.
    async fn change_key(
        &self,
        account: &AccountId,
        id: &KeyId,
        change: &KeyChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<Changed>;

    /// Revokes a key that is neither revoked nor expired at `revocation.at`.
    ///
    /// Returns after the change is durable: from then on [`KeyStore::find_key_by_digest`] returns
    /// the revoked key.
    async fn revoke_key(
        &self,
        account: &AccountId,
        id: &KeyId,
        revocation: NewRevocation,
        event: AuditEvent,
    ) -> Result<Ended>;

    /// Stores a key that replaces `old`, and expires the old one as the rotation specifies, all or
    /// nothing.
    ///
    /// The old key must be neither revoked nor expired at `rotation.at`, and it must not have an
    /// active replacement already. `events` receives the old key and the new one after the rotation
    /// and returns one event for each.
    async fn rotate_key(
        &self,
        account: &AccountId,
        old: &KeyId,
        rotation: Rotation,
        events: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> [AuditEvent; 2] + Send + Sync),
    ) -> Result<Rotated>;

    /// Records the last uses of keys and adds to the counts of calls, in one transaction.
    ///
    /// A time never moves backwards. The write need not survive a power loss. Unknown keys, and
    /// keys of another account, are skipped. Each key occurs once in `uses`.
    async fn record_uses(&self, uses: &[(KeyId, UseRecord)], calls: &[CallCount]) -> Result<()>;
}

/// Inventory of an account.
#[async_trait]
pub trait InventoryStore: Send + Sync + 'static {
    /// Creates or replaces items, all or nothing.
    ///
    /// A stored item with equal fields is left unchanged and keeps its `updated_at`. If
    /// `terms.left_out` is given, every stored item that it does not keep is removed, up to
    /// [`REMOVED_AT_MOST`]; if there are more of them, or if a [`LargeRemoval`] is not allowed,
    /// nothing is changed. If `terms.basis` is given and the stored items differ from it, nothing
    /// is changed either.
    ///
    /// `event` is called once the counts are known, and nothing is recorded if nothing changed.
    /// Accounts take turns with their feeds, and so do the senders of one account.
    async fn upsert_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        items: &[Item],
        terms: FeedTerms<'_>,
        now: Timestamp,
        event: &(dyn Fn(UpsertCounts) -> AuditEvent + Send + Sync),
    ) -> Result<Upserted>;

    /// Creates or replaces one item if the stored item matches `condition`. No event is recorded if
    /// nothing changed.
    async fn put_item(
        &self,
        account: &AccountId,
        item: &Item,
        condition: &Condition,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<Put>;

    /// Changes stored items, all or nothing. `ids` contains each id once. No event is recorded if
    /// nothing changed.
    async fn update_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        ids: &[String],
        updates: &mut dyn ItemUpdates,
        now: Timestamp,
    ) -> Result<Upserted>;

    /// Changes one item. No event is recorded if the item stays the same.
    async fn edit_item(&self, account: &AccountId, edit: ItemEdit<'_>) -> Result<Edited>;

    /// Returns up to `limit` items with an id greater than `after` and not greater than `until`, in
    /// the byte order of their ids, and not more than fit into [`PAGE_BYTES`].
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

    /// Returns the id of the last of `rows` items after the id `after`, or `None` if no item
    /// follows them.
    async fn items_end(
        &self,
        account: &AccountId,
        after: Option<&str>,
        rows: u32,
    ) -> Result<Option<String>>;

    async fn find_item(&self, account: &AccountId, id: &str) -> Result<Option<StoredItem>>;

    /// Removes one item if it matches `condition`. No event is recorded if nothing was removed.
    async fn delete_item(
        &self,
        account: &AccountId,
        id: &str,
        condition: &Condition,
        event: AuditEvent,
    ) -> Result<Removal>;
}

/// Leads: people who asked an account to contact them.
///
/// Every change of a lead takes the next number of its account, in the transaction of the change. A
/// reader that has seen a number has seen every smaller one, or a later change of the same lead.
#[async_trait]
pub trait LeadStore: Send + Sync + 'static {
    /// Stores a lead whose id is new.
    async fn insert_lead(&self, account: &AccountId, lead: &Lead, event: AuditEvent) -> Result<()>;

    /// Applies the edits and returns the lead after them, or `None` if the lead does not exist or
    /// is erased.
    ///
    /// If the edits change nothing, the lead keeps its number and its `updated_at`, and nothing is
    /// recorded. Otherwise `event` receives the changed lead and the names of the fields that
    /// changed.
    async fn update_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        edits: &LeadEdits,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Lead, Vec<&'static str>) -> AuditEvent + Send + Sync),
    ) -> Result<Option<Lead>>;

    /// Overwrites everything that is stored about the person, including the responses that are kept
    /// for an idempotency key. The id and the time of the erasure stay.
    ///
    /// Returns `false` if the lead does not exist or is erased already; then no event is recorded.
    async fn erase_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Returns a lead, or `None` if it does not exist or is erased.
    async fn find_lead(&self, account: &AccountId, id: &LeadId) -> Result<Option<Lead>>;

    /// Returns up to `limit` leads whose last change has a number above `after`, oldest change
    /// first, and not more than fit into [`PAGE_BYTES`]. Erased leads are included.
    async fn lead_changes(
        &self,
        account: &AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LeadChange>>;

    /// Returns the number of the account's last change; 0 before the first.
    async fn last_lead_change(&self, account: &AccountId) -> Result<u64>;

    /// Returns up to `limit` leads whose last change has a number below `before`, newest change
    /// first, and not more than fit into [`PAGE_BYTES`]. Erased leads are not included.
    async fn newest_leads(
        &self,
        account: &AccountId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Listed<(u64, Lead)>>;

    /// Counts the leads that are not erased.
    async fn count_leads(&self, account: &AccountId) -> Result<u64>;

    /// Counts the leads that are not erased, by status. A status without a lead is left out.
    async fn count_leads_by_status(&self, account: &AccountId) -> Result<Vec<(LeadStatus, u64)>>;
}
