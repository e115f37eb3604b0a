//! Accounts, their members, and the sessions of members.

use super::{AuditEvent, LinkPurpose, NewLink, NodeId, Result, TokenDigest};
use crate::item::Currency;
use crate::zone::Zone;
use async_trait::async_trait;
use domain::{AccountId, AccountName, Email, KeyPolicy, MemberId, RateLimit, Role, Timestamp};
use std::net::IpAddr;

/// An account that is about to be created, with the member who owns it.
#[derive(Debug, Clone)]
pub struct NewOwner {
    pub account_id: AccountId,
    pub account_name: AccountName,
    /// `None` if none was chosen yet: prices without a currency are then in US dollars.
    pub currency: Option<Currency>,
    /// `None` means UTC.
    pub time_zone: Option<Zone>,
    pub member_id: MemberId,
    pub email: Email,
    pub password_hash: String,
}

/// A member who matches the address of a sign-in; the password decides whether it is the one.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    pub member: MemberRecord,
    /// A PHC string.
    pub password_hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemOutcome {
    Redeemed,
    /// The link is used, expired or unknown, or the first owner exists already.
    LinkInvalid,
    /// The account already has a member with this address; the link can still be used.
    EmailTaken,
}

/// Settings of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    pub name: AccountName,
    /// Currency of prices that are sent without one.
    pub currency: Currency,
    /// Rate limit of each key that has none of its own.
    pub limit: RateLimit,
    pub time_zone: Zone,
    pub key_policy: KeyPolicy,
}

/// The outcome of changing the settings of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeAccountOutcome {
    Changed,
    /// The settings were the same before.
    Same,
    /// The settings are not those that the change is based on; nothing was changed.
    Differs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    pub id: MemberId,
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub email: Email,
    pub role: Role,
    /// Time zone of the account.
    pub time_zone: Zone,
    /// A deactivated member cannot sign in.
    pub deactivated: bool,
}

/// A live session of an active member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    pub member: MemberRecord,
    /// The account requires a second factor, and the member has none: they may only set one up.
    pub factor_due: bool,
}

#[derive(Debug, Clone)]
pub struct NewSession {
    pub digest: TokenDigest,
    pub member_id: MemberId,
    pub created_at: Timestamp,
    /// The absolute end of the session, regardless of its use.
    pub expires_at: Timestamp,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
}

/// A mail that is counted before it is sent, so that the number of mails is bounded on all nodes
/// together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedMail {
    /// Subjects under which the mail is counted, each with its delays in seconds. A subject
    /// contains the id of the account, whose lock the count takes. The delays are the times that
    /// the next mail has to wait after the first, the second and each further mail; the last one
    /// applies to all that follow.
    pub subjects: [(String, Vec<u32>); 2],
    pub at: Timestamp,
    /// Counts older than this start again at zero.
    pub forget_before: Timestamp,
}

/// Accounts, members, their sessions and one-time links.
#[async_trait]
pub trait MemberStore: Send + Sync + 'static {
    /// Stores a link and expires every unused link of the same purpose (see
    /// [`LinkPurpose::replacement_key`]). `event` is `None` if the link creates
    /// the account that would record it.
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
    /// Exactly one of any number of concurrent callers gets `Redeemed`. For
    /// [`LinkPurpose::FirstOwner`] the result is `LinkInvalid` if an owner exists already.
    async fn claim_account(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        owner: NewOwner,
        event: AuditEvent,
    ) -> Result<RedeemOutcome>;

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

    /// Returns whether the currency of an account was chosen: at set-up, or with a change of the
    /// settings.
    async fn has_chosen_currency(&self, account: &AccountId) -> Result<bool>;

    /// Changes the settings of an account if they still equal `before`. `event` receives the old
    /// settings. If the new settings are the same, nothing is recorded.
    async fn change_account(
        &self,
        account: &AccountId,
        before: &AccountSettings,
        after: &AccountSettings,
        event: &(dyn for<'a> Fn(&'a AccountSettings) -> AuditEvent + Send + Sync),
    ) -> Result<ChangeAccountOutcome>;

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

    /// Counts a mail of the account. Returns `false` and counts nothing if one of its subjects has
    /// to wait.
    async fn count_mail(&self, account: &AccountId, mail: &CountedMail) -> Result<bool>;

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

    /// Returns the session with this digest and records that it is in use.
    ///
    /// The result is `None` if the member is deactivated, if the session ends at `now` or earlier,
    /// or if it was last seen at `idle_since` or earlier. "Last seen", of the session and of the
    /// member, moves to `now` if it is more than a minute old.
    async fn use_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<LiveSession>>;

    /// Returns the session as [`Self::use_session`] does, but does not move "last seen". For
    /// requests that are not a sign of activity.
    async fn find_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<LiveSession>>;

    /// Ends one session. Does nothing if the session does not exist any more.
    async fn end_session(&self, digest: &TokenDigest, event: AuditEvent) -> Result<()>;
}
