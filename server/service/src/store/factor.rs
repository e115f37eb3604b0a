//! Second factors, and the second step of signing in.

use super::{AuditEvent, Candidate, MemberRecord, NewSession, Result, TokenDigest};
use crate::pepper::PepperId;
use crate::zone::Zone;
use async_trait::async_trait;
use domain::{AccountId, AccountName, Email, MemberId, Timestamp};
use std::net::IpAddr;

/// HMAC-SHA-256 of a recovery code under the pepper; the code itself is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryDigest(pub [u8; 32]);

/// A member's authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRecord {
    /// The TOTP secret, encrypted.
    pub sealed: Vec<u8>,
    /// The number of unused recovery codes.
    pub recovery_codes: u32,
}

#[derive(Debug, Clone)]
pub struct NewFactor {
    pub sealed: Vec<u8>,
    /// The pepper under which the secret is encrypted and the recovery codes are hashed.
    pub pepper_id: PepperId,
    /// The time step of the code that confirmed the app, so that this code cannot be used again.
    pub step: u64,
    pub recovery_codes: Vec<RecoveryDigest>,
}

/// Recovery codes that replace all earlier ones.
#[derive(Debug, Clone)]
pub struct NewRecoveryCodes {
    /// The pepper under which the codes are hashed.
    pub pepper_id: PepperId,
    pub digests: Vec<RecoveryDigest>,
}

/// Evidence that a member has their second factor at hand. Each can be used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A code of the app, by its time step.
    Step(u64),
    /// Digests of a recovery code under the current and the old pepper. They are equal if there is
    /// only one pepper.
    Recovery([RecoveryDigest; 2]),
}

/// Whether an account requires a second factor of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorPolicy {
    pub is_required: bool,
    /// The number of active members who have none.
    pub members_without: u32,
}

/// The last of many wrong codes in a row, each of which followed the correct password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeWarning {
    pub at: Timestamp,
    pub ip: IpAddr,
}

/// A warning whose mail to the member was not sent yet.
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

    /// Returns the policy of the account, or `None` if the account does not exist.
    async fn factor_policy(&self, account: &AccountId) -> Result<Option<FactorPolicy>>;

    /// Makes second factors required or optional in the account. Returns `false` if they are so
    /// already; then nothing is recorded.
    ///
    /// # Errors
    /// [`super::StoreError::Denied`] if a member without a second factor would require it: they
    /// could not do anything else from this moment on.
    async fn require_second_factor(
        &self,
        account: &AccountId,
        is_required: bool,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Enables a second factor. Ends all of the member's sessions except `current`, and the
    /// sign-ins that have begun. Returns `false` if the member already has a second factor.
    async fn enable_second_factor(
        &self,
        member: &MemberId,
        current: &TokenDigest,
        factor: NewFactor,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Replaces all recovery codes of the member. Returns `false` if the proof is wrong or was
    /// already used; then the old codes stay.
    async fn renew_recovery_codes(
        &self,
        member: &MemberId,
        proof: Proof,
        codes: NewRecoveryCodes,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Removes the second factor and its recovery codes. Returns `false` if the proof is wrong or
    /// was already used. Denied to a member whose account requires a second factor.
    async fn disable_second_factor(
        &self,
        member: &MemberId,
        proof: Proof,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Records until `expires_at` that the candidate entered the correct password, and removes
    /// sign-ins that have expired at `now`. Returns `false` if the candidate's password was changed
    /// since it was verified.
    async fn begin_sign_in(
        &self,
        step: &TokenDigest,
        candidate: &Candidate,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool>;

    /// Returns the member who entered the correct password, if the sign-in has not expired at `now`
    /// and the member is active.
    async fn find_sign_in(
        &self,
        step: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// Uses the step and the proof, opens the session, and clears the failed sign-ins counted under
    /// `forget`, all or nothing.
    ///
    /// Without a proof, a session is opened only if the member has no second factor. Returns
    /// `false` if the step or the proof is used, wrong or expired, or if the member is deactivated.
    async fn finish_sign_in(
        &self,
        step: &TokenDigest,
        proof: Option<Proof>,
        session: NewSession,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;

    /// Stores a warning for the member and ends every sign-in that waits for a code, so that the
    /// password has to be entered again. A mail becomes due with the warning, unless the previous
    /// warning came after `quiet_since`.
    async fn warn_of_codes(
        &self,
        member: &MemberId,
        warning: CodeWarning,
        quiet_since: Timestamp,
        event: AuditEvent,
    ) -> Result<()>;

    /// Returns the warning, if there was one since the member's password was last changed.
    async fn code_warning(&self, member: &MemberId) -> Result<Option<CodeWarning>>;

    /// Returns up to `limit` warnings of active members, from after `since`, whose mail is due at
    /// `now`.
    async fn due_warnings(
        &self,
        now: Timestamp,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueWarning>>;

    /// Claims a mail before it is sent. Exactly one of any number of concurrent callers gets
    /// `true`.
    async fn claim_warning(&self, member: &MemberId, now: Timestamp) -> Result<bool>;

    /// Releases a claimed mail, which is due again at `retry_at`.
    async fn release_warning(&self, member: &MemberId, retry_at: Timestamp) -> Result<()>;
}
