//! The second step of signing in.

use super::{AuditEvent, MemberRecord, NewSession, Result, TokenDigest};
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{MemberId, Timestamp};

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

#[async_trait]
pub trait FactorStore: Send + Sync + 'static {
    async fn second_factor(&self, member: &MemberId) -> Result<Option<FactorRecord>>;

    /// `false` where the member has one.
    async fn enable_second_factor(
        &self,
        member: &MemberId,
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

    /// Remembers until `expires_at` that the member gave the right password; sweeps away what is over at `now`.
    async fn begin_sign_in(
        &self,
        step: &TokenDigest,
        member: &MemberId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()>;

    /// Who gave the right password, where that is not over at `now` and they may sign in.
    async fn find_sign_in(
        &self,
        step: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<MemberRecord>>;

    /// Uses step and proof up and opens the session, and forgets the failed sign-ins of `forget`, all or nothing.
    /// `false` where either is used or over, or the member deactivated.
    async fn finish_sign_in(
        &self,
        step: &TokenDigest,
        proof: Proof,
        session: NewSession,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool>;
}
