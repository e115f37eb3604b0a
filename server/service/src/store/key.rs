//! API keys.

use super::{
    AuditEvent, CallCount, ChangeKeyOutcome, KeyCallSummary, KeyChange, Receipt, Replacement,
    Result, RotateKeyOutcome, Rotation, TokenDigest,
};
use crate::key::{AllowList, KeyDigest, KeyState};
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{
    AccountId, AccountName, Email, KeyId, KeyName, KeyNote, KeyStatus, MemberId, RateLimit,
    RevokeReason, ScopeSet, Timestamp,
};
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// Smallest and largest number of keys in one transaction of [`KeyStore::record_uses`] and
/// [`CallerStatsStore::record_caller_stats`](super::CallerStatsStore::record_caller_stats).
///
/// A transaction takes as many round trips for all of its keys as for one. While it runs, a
/// revocation of one of these keys waits for it, and other changes of keys in the account wait for
/// the revocation. So the first batch is small, and each further one is twice or half as large as
/// the one before, depending on how quick the database was. A batch that contains nothing but last
/// uses may be twice as large as the upper bound.
pub const KEY_BATCH_SIZE: RangeInclusive<usize> = 16..=256;

#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: KeyId,
    pub account_id: AccountId,
    pub name: KeyName,
    pub preview: String,
    pub digest: KeyDigest,
    pub pepper_id: PepperId,
    pub scopes: ScopeSet,
    pub created_at: Timestamp,
    pub created_by: MemberId,
    pub expires_at: Option<Timestamp>,
    pub note: Option<KeyNote>,
    /// Rate limit of the key itself; `None` if that of the account applies.
    pub own_limit: Option<RateLimit>,
    /// `None` if the key may be used from any address.
    pub allow_list: Option<AllowList>,
    /// SHA-256 of the one-time token of the form that created the key; unique in the account.
    pub form_token: TokenDigest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    pub id: KeyId,
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub name: KeyName,
    pub preview: String,
    pub digest: KeyDigest,
    pub scopes: ScopeSet,
    pub created_at: Timestamp,
    pub created_by: Email,
    pub expires_at: Option<Timestamp>,
    pub paused_at: Option<Timestamp>,
    pub note: Option<KeyNote>,
    /// The key that this key replaced in a rotation.
    pub replaces: Option<KeyId>,
    /// The newest key that replaced this key in a rotation.
    pub replaced: Option<Replacement>,
    /// Rate limit of the account, which applies if the key has none of its own.
    pub account_limit: RateLimit,
    pub own_limit: Option<RateLimit>,
    /// `None` if the key may be used from any address.
    pub allow_list: Option<AllowList>,
    /// Start of the recording of the networks that the key is called from. `None` if the key has
    /// an allow list.
    pub watched_since: Option<Timestamp>,
    pub revocation: Option<RevocationRecord>,
    pub last_use: Option<UseRecord>,
    pub call_summary: KeyCallSummary,
}

impl KeyRecord {
    /// Returns the state at a time.
    pub fn state(&self, now: Timestamp) -> KeyState {
        self.stored_state().expire(self.expires_at, now)
    }

    /// Whether a live key is to replace this key, which is therefore meant to expire.
    pub fn is_being_replaced(&self) -> bool {
        self.replaced.as_ref().is_some_and(|new| new.is_live)
    }

    /// Returns the state in which the key is until it expires.
    pub(crate) fn stored_state(&self) -> KeyState {
        match (&self.revocation, self.paused_at) {
            (Some(revocation), _) => KeyState::Revoked { at: revocation.at },
            (None, Some(since)) => KeyState::Paused { since },
            (None, None) => KeyState::Active,
        }
    }

    /// Returns the state at a time, as it is displayed.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        self.state(now).status()
    }

    /// Returns the key's own rate limit, or else that of its account.
    pub fn limit(&self) -> RateLimit {
        self.own_limit.unwrap_or(self.account_limit)
    }
}

/// Actor who revoked a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoker<M> {
    Member(M),
    /// The caller who holds the key, through the API.
    Holder,
    /// The operator, on the command line.
    Operator,
}

impl<M> Revoker<M> {
    pub fn member(&self) -> Option<&M> {
        match self {
            Self::Member(member) => Some(member),
            Self::Holder | Self::Operator => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationRecord {
    pub at: Timestamp,
    pub by: Revoker<Email>,
    pub reason: RevokeReason,
    /// `None` if it is not known, or not yet.
    pub receipt: Option<Receipt>,
}

#[derive(Debug, Clone)]
pub struct NewRevocation {
    pub at: Timestamp,
    pub by: Revoker<MemberId>,
    pub reason: RevokeReason,
}

/// One use of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRecord {
    pub at: Timestamp,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InsertKeyOutcome {
    /// The key as it was stored.
    Created(Box<KeyRecord>),
    /// The account already has a key from the same form token, with this name.
    SameForm { name: KeyName },
    /// An owner has stopped the creation of keys.
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokeKeyOutcome {
    Revoked(Box<KeyRecord>),
    /// The key was revoked or expired before; nothing was changed.
    AlreadyEnded(Box<KeyRecord>),
    /// The account has no such key.
    Missing,
}

/// API keys.
#[async_trait]
pub trait KeyStore: Send + Sync + 'static {
    /// Stores a key. If the account already has a key from the same form token, nothing is stored.
    async fn insert_key(&self, key: NewKey, event: AuditEvent) -> Result<InsertKeyOutcome>;

    /// Returns all keys of an account, newest first.
    async fn list_keys(&self, account: &AccountId) -> Result<Vec<KeyRecord>>;

    /// Returns the newest keys of an account with this name, in any state and in any case of
    /// letters; at most `limit`.
    async fn list_keys_by_name(
        &self,
        account: &AccountId,
        name: &KeyName,
        limit: u32,
    ) -> Result<Vec<KeyRecord>>;

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
    ) -> Result<ChangeKeyOutcome>;

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
    ) -> Result<RevokeKeyOutcome>;

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
    ) -> Result<RotateKeyOutcome>;

    /// Records the last uses of keys and adds to the counts of calls, in one transaction.
    ///
    /// A time never moves backwards. The write need not survive a power loss. Unknown keys, and
    /// keys of another account, are skipped. Each key occurs once in `uses`.
    async fn record_uses(&self, uses: &[(KeyId, UseRecord)], calls: &[CallCount]) -> Result<()>;
}

#[cfg(test)]
impl KeyRecord {
    /// A key that was never changed or used.
    pub(crate) fn sample() -> Self {
        Self {
            id: KeyId::parse("key").unwrap(),
            account_id: AccountId::parse("account").unwrap(),
            account_name: AccountName::parse("Acme").unwrap(),
            name: KeyName::parse("CRM Sync").unwrap(),
            preview: "vx_abcdef…".into(),
            digest: KeyDigest::from_bytes([0; 32]),
            scopes: ScopeSet::parse("leads:read").unwrap(),
            created_at: Timestamp::from_millis(0),
            created_by: Email::parse("ada@example.com").unwrap(),
            expires_at: None,
            paused_at: None,
            note: None,
            replaces: None,
            replaced: None,
            account_limit: RateLimit::DEFAULT,
            own_limit: None,
            allow_list: None,
            watched_since: None,
            revocation: None,
            last_use: None,
            call_summary: KeyCallSummary::default(),
        }
    }
}
