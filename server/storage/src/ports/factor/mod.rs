//! The second factor of a sign-in.

mod statements;

pub(crate) use statements::*;

use super::member_row::{self, MemberRow};
use super::{Result, SqlStore, Transaction, authorise, pepper, record, session};
use crate::query::query;
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};
use service::PepperId;
use service::store::{
    AuditEvent, Candidate, CodeWarning, DueWarning, FactorPolicy, FactorRecord, FactorStore,
    MemberRecord, NewFactor, NewRecoveryCodes, NewSession, Proof, RecoveryDigest, TokenDigest,
};

#[async_trait]
impl FactorStore for SqlStore {
    async fn second_factor(&self, member: &MemberId) -> Result<Option<FactorRecord>> {
        query(FIND)
            .bind(member.as_str())
            .parse_optional::<FactorRow, _>(self.authentication("finding a second factor"))
            .await
    }

    async fn factor_policy(&self, account: &AccountId) -> Result<Option<FactorPolicy>> {
        query(POLICY)
            .bind(account.as_str())
            .parse_optional::<PolicyRow, _>(self.readers("finding the policy of second factors"))
            .await
    }

    async fn require_second_factor(
        &self,
        account: &AccountId,
        is_required: bool,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(account, "requiring second factors")
            .await?;
        // A member who first has to set up a second factor cannot end the requirement.
        authorise(&mut tx, &event).await?;
        let changed_rows = query(REQUIRE)
            .bind(account.as_str())
            .bind(i64::from(is_required))
            .execute(&mut tx)
            .await?;
        if changed_rows == 0 {
            return Ok(false);
        }
        // A member without a second factor cannot begin it: their session is looked up once more,
        // now as one that has to set one up.
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn enable_second_factor(
        &self,
        member: &MemberId,
        current: &TokenDigest,
        new: NewFactor,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "enabling a second factor")
            .await?;
        pepper::check_current(&mut tx, &new.pepper_id).await?;
        let inserted_rows = query(ENABLE)
            .bind(member.as_str())
            .bind(new.sealed)
            .bind(i64::try_from(new.step).unwrap_or(i64::MAX))
            .bind(now.millis())
            .bind(new.pepper_id.as_str())
            .execute(&mut tx)
            .await?;
        if inserted_rows == 0 {
            return Ok(false);
        }
        add_recovery_codes(&mut tx, member, &new.pepper_id, &new.recovery_codes).await?;
        // Ends the sessions that were opened with the password alone.
        end_others(&mut tx, member, current).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn renew_recovery_codes(
        &self,
        member: &MemberId,
        proof: Proof,
        new: NewRecoveryCodes,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "renewing recovery codes")
            .await?;
        pepper::check_current(&mut tx, &new.pepper_id).await?;
        if !use_up(&mut tx, member, proof).await? {
            return Ok(false);
        }
        query(FORGET_RECOVERY)
            .bind(member.as_str())
            .execute(&mut tx)
            .await?;
        add_recovery_codes(&mut tx, member, &new.pepper_id, &new.digests).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn disable_second_factor(
        &self,
        member: &MemberId,
        proof: Proof,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "disabling a second factor")
            .await?;
        if !use_up(&mut tx, member, proof).await? {
            return Ok(false);
        }
        forget(&mut tx, member).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn begin_sign_in(
        &self,
        step: &TokenDigest,
        Candidate {
            member,
            password_hash,
        }: &Candidate,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool> {
        // A change of the password takes the same lock, so it happens before this, or it ends this
        // sign-in.
        let mut tx = self
            .begin_change(&member.account_id, "beginning a sign-in")
            .await?;
        if !session::has_password(&mut tx, &member.id, password_hash).await? {
            return Ok(false);
        }
        query(FORGET_EXPIRED)
            .bind(now.millis())
            .execute(&mut tx)
            .await?;
        query(BEGIN)
            .bind(step.0.as_slice())
            .bind(member.id.as_str())
            .bind(expires_at.millis())
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn find_sign_in(
        &self,
        step: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<MemberRecord>> {
        query(FIND_STEP)
            .bind(step.0.as_slice())
            .bind(now.millis())
            .parse_optional::<MemberRow, _>(self.authentication("finding a sign-in that was begun"))
            .await
    }

    async fn finish_sign_in(
        &self,
        step: &TokenDigest,
        proof: Option<Proof>,
        new: NewSession,
        subjects: &[String],
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "finishing a sign-in")
            .await?;
        let deleted_rows = query(USE_SIGN_IN)
            .bind(step.0.as_slice())
            .bind(new.member_id.as_str())
            .bind(new.created_at.millis())
            .execute(&mut tx)
            .await?;
        let is_valid = deleted_rows == 1
            && match proof {
                Some(proof) => use_up(&mut tx, &new.member_id, proof).await?,
                None => !is_enabled(&mut tx, &new.member_id).await?,
            }
            && session::insert(&mut tx, &new).await?;
        if !is_valid {
            return Ok(false);
        }
        for subject in subjects {
            session::forget_failures(&mut tx, subject).await?;
        }
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn warn_of_codes(
        &self,
        member: &MemberId,
        warning: CodeWarning,
        quiet_since: Timestamp,
        event: AuditEvent,
    ) -> Result<()> {
        let mut tx = self
            .begin_change(&event.account_id, "warning of wrong codes")
            .await?;
        member_row::forget(&mut tx, FORGET_STEPS, member).await?;
        query(WARN)
            .bind(member.as_str())
            .bind(warning.at.millis())
            .bind(warning.ip.to_string())
            .bind(quiet_since.millis())
            .execute(&mut tx)
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await
    }

    async fn code_warning(&self, member: &MemberId) -> Result<Option<CodeWarning>> {
        query(WARNING)
            .bind(member.as_str())
            .parse_optional::<WarningRow, _>(self.readers("finding a warning of wrong codes"))
            .await
    }

    async fn due_warnings(
        &self,
        now: Timestamp,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueWarning>> {
        query(LIST_DUE_WARNINGS)
            .bind(now.millis())
            .bind(since.millis())
            .bind(i64::from(limit))
            .parse_all::<DueRow, _>(self.readers("finding warnings to send"))
            .await
    }

    async fn claim_warning(&self, member: &MemberId, now: Timestamp) -> Result<bool> {
        let claimed_rows = query(CLAIM_WARNING)
            .bind(member.as_str())
            .bind(now.millis())
            .execute(self.writer("claiming a warning"))
            .await?;
        Ok(claimed_rows == 1)
    }

    async fn release_warning(&self, member: &MemberId, retry_at: Timestamp) -> Result<()> {
        query(RELEASE_WARNING)
            .bind(member.as_str())
            .bind(retry_at.millis())
            .execute(self.writer("releasing a warning"))
            .await?;
        Ok(())
    }
}

pub(super) async fn is_enabled(tx: &mut Transaction, member: &MemberId) -> Result<bool> {
    let row: Option<FactorRow> = query(FIND).bind(member.as_str()).fetch_optional(tx).await?;
    Ok(row.is_some())
}

async fn add_recovery_codes(
    tx: &mut Transaction,
    member: &MemberId,
    pepper_id: &PepperId,
    digests: &[RecoveryDigest],
) -> Result<()> {
    for digest in digests {
        query(ADD_RECOVERY)
            .bind(member.as_str())
            .bind(digest.0.as_slice())
            .bind(pepper_id.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Uses up a time step or a recovery code. Returns `false` if it was already used; the caller then
/// rolls back.
async fn use_up(tx: &mut Transaction, member: &MemberId, proof: Proof) -> Result<bool> {
    let query = match &proof {
        Proof::Step(step) => query(USE_STEP)
            .bind(member.as_str())
            .bind(i64::try_from(*step).unwrap_or(i64::MAX)),
        Proof::Recovery([current, old]) => query(USE_RECOVERY)
            .bind(member.as_str())
            .bind(current.0.as_slice())
            .bind(old.0.as_slice()),
    };
    let used = query.execute(tx).await;
    Ok(used? == 1)
}

/// Deletes the authenticator secret, the recovery codes, and the sign-ins that wait for a code.
pub(super) async fn forget(tx: &mut Transaction, member: &MemberId) -> Result<()> {
    for statement in [FORGET_RECOVERY, DISABLE, FORGET_STEPS] {
        query(statement)
            .bind(member.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Ends all sessions of the member, and their unfinished sign-ins. Returns how many ended.
pub(super) async fn end_all(tx: &mut Transaction, member: &MemberId) -> Result<u64> {
    let sessions = session::end_all(tx, member).await?;
    let steps = query(FORGET_STEPS)
        .bind(member.as_str())
        .execute(tx)
        .await?;
    Ok(sessions + steps)
}

/// Ends the member's sessions except `current`, and their unfinished sign-ins. Returns how many
/// ended.
pub(super) async fn end_others(
    tx: &mut Transaction,
    member: &MemberId,
    current: &TokenDigest,
) -> Result<u64> {
    let sessions = query(session::END_OTHERS)
        .bind(member.as_str())
        .bind(current.0.as_slice())
        .execute(&mut *tx)
        .await?;
    let steps = query(FORGET_STEPS)
        .bind(member.as_str())
        .execute(tx)
        .await?;
    Ok(sessions + steps)
}
