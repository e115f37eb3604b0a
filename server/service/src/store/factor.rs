//! The second step of signing in.

use super::{AuditEvent, Candidate, MemberRecord, NewSession, Result, TokenDigest};
use crate::Zone;
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{AccountName, Email, MemberId, Timestamp};
use std::net::IpAddr;

/// HMAC-SHA-256 under the pepper; the code itself is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryDigest(pub [u8; 32]);

/// A member's authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRecord {
    /// The secret, encrypted.
    pub sealed: Vec<u8>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

#[derive(Debug, Clone)]
pub struct NewFactor {
    pub sealed: Vec<u8>,
    /// The pepper of the encryption and of the recovery codes.
    pub pepper_id: PepperId,
    /// Of the first code.
    pub step: u64,
    pub recovery_codes: Vec<RecoveryDigest>,
}

/// What shows that a member has their second factor at hand. Each works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A code of the app, by its step.
    Step(u64),
    /// Under the current pepper and under the old one; the same twice if there is one pepper.
    Recovery([RecoveryDigest; 2]),
}

/// The last of many wrong codes that followed the right password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeWarning {
    pub at: Timestamp,
    pub ip: IpAddr,
}

/// A warning that was not sent to its member by mail yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWarning {
    pub member_id: MemberId,
    pub to: Email,
    pub account_name: AccountName,
    pub zone: Zone,
    pub warning: CodeWarning,
}

#[async_trait]
pub trait FactorStore: Send + Sync + 'static {
    async fn second_factor(&self, member: &MemberId) -> Result<Option<FactorRecord>>;

    /// Enables a second factor, and ends all sessions of the member but `kept`, and the sign-ins that have begun. Returns `false`
    /// if the member has one already.
    async fn enable_second_factor(
        &self,
        member: &MemberId,
        kept: &TokenDigest,
        factor: NewFactor,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Forgets app and recovery codes; `false` where the proof is used already, or was never good.
    async fn disable_second_factor(
        &self,
        member: &MemberId,
        proof: Proof,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Stores until `expires_at` that the candidate gave the right password, and removes sign-ins that have expired at `now`.
    /// Returns `false` if the candidate has another password by now.
    async fn begin_sign_in(
        &self,
        step: &TokenDigest,
        candidate: &Candidate,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool>;

    /// Who gave the right password, where that is not over at `now` and they may sign in.
    async fn find_sign_in(
        &self,
        step: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// Uses step and proof up and opens the session, and forgets the failed sign-ins of `forget`, all or nothing. Without a
    /// proof it opens a session only if the member has no second factor.
    /// `false` where either is used or over, or the member deactivated.
    async fn finish_sign_in(
        &self,
        step: &TokenDigest,
        proof: Option<Proof>,
        session: NewSession,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;

    /// Keeps a warning for the member and ends every sign-in that waits for a code, so that the password is asked for
    /// again. A mail becomes due with it, unless the warning before came after `quiet_since`.
    async fn warn_of_codes(
        &self,
        member: &MemberId,
        warning: CodeWarning,
        quiet_since: Timestamp,
        event: AuditEvent,
    ) -> Result<()>;

    /// The warning that has been kept since the member's password was last changed.
    async fn code_warning(&self, member: &MemberId) -> Result<Option<CodeWarning>>;

    /// Up to `limit` warnings from after `since` whose mail is due at `now`, of active members.
    async fn due_warnings(
        &self,
        now: Timestamp,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueWarning>>;

    /// Takes a mail before it is sent. Of any number of racing callers exactly one gets `true`.
    async fn claim_warning(&self, member: &MemberId, now: Timestamp) -> Result<bool>;

    /// Gives a claimed mail back: it is due again at `again`.
    async fn release_warning(&self, member: &MemberId, again: Timestamp) -> Result<()>;
}
