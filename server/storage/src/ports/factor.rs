//! The second factor of a sign-in.

use super::{
    Connection, LockScope, Result, Store, access, pepper, read, read_all, record, session, team,
};
use crate::error::Doing as _;
use crate::sql::factor::{self, DueRow, FactorRow, WarningRow};
use crate::sql::member::MemberRow;
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use service::store::{
    AuditEvent, Candidate, CodeWarning, DueWarning, FactorRecord, FactorStore, MemberRecord,
    NewFactor, NewSession, Proof, TokenDigest,
};

#[async_trait]
impl FactorStore for Store {
    async fn second_factor(&self, member: &MemberId) -> Result<Option<FactorRecord>> {
        const DOING: &str = "finding a second factor";
        let row: Option<FactorRow> = sqlx::query_as(factor::FIND)
            .bind(member.as_str())
            .fetch_optional(&self.authentication)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn enable_second_factor(
        &self,
        member: &MemberId,
        kept: &TokenDigest,
        new: NewFactor,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool> {
        const DOING: &str = "enabling a second factor";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        pepper::check_current(&mut tx, &new.pepper_id).await?;
        let enabled = sqlx::query(factor::ENABLE)
            .bind(member.as_str())
            .bind(new.sealed)
            .bind(i64::try_from(new.step).unwrap_or(i64::MAX))
            .bind(now.millis())
            .bind(new.pepper_id.as_str())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        if enabled.rows_affected() == 0 {
            return Ok(false);
        }
        for digest in new.recovery_codes {
            sqlx::query(factor::ADD_RECOVERY)
                .bind(member.as_str())
                .bind(digest.0.as_slice())
                .bind(new.pepper_id.as_str())
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        // Ends the sessions that were opened with the password alone.
        access::end_others(&mut tx, member, kept).await?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }

    async fn disable_second_factor(
        &self,
        member: &MemberId,
        proof: Proof,
        event: AuditEvent,
    ) -> Result<bool> {
        const DOING: &str = "disabling a second factor";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        if !use_up(&mut tx, member, proof).await? {
            return Ok(false);
        }
        forget(&mut tx, member).await?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
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
        const DOING: &str = "beginning a sign-in";
        // A change of the password takes the same lock, so it happens before this, or it ends this
        // sign-in.
        let mut tx = self
            .begin(LockScope::Account(&member.account_id), DOING)
            .await?;
        if !session::has_password(&mut tx, &member.id, password_hash).await? {
            return Ok(false);
        }
        sqlx::query(factor::FORGET_EXPIRED)
            .bind(now.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        sqlx::query(factor::BEGIN)
            .bind(step.0.as_slice())
            .bind(member.id.as_str())
            .bind(expires_at.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }

    async fn find_sign_in(
        &self,
        step: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<MemberRecord>> {
        const DOING: &str = "finding a sign-in that was begun";
        let row: Option<MemberRow> = sqlx::query_as(factor::FIND_STEP)
            .bind(step.0.as_slice())
            .bind(now.millis())
            .fetch_optional(&self.authentication)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn finish_sign_in(
        &self,
        step: &TokenDigest,
        proof: Option<Proof>,
        new: NewSession,
        subjects: &[String],
        event: AuditEvent,
    ) -> Result<bool> {
        const DOING: &str = "finishing a sign-in";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        let used = sqlx::query(factor::USE_SIGN_IN)
            .bind(step.0.as_slice())
            .bind(new.member_id.as_str())
            .bind(new.created_at.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        let good = used.rows_affected() == 1
            && match proof {
                Some(proof) => use_up(&mut tx, &new.member_id, proof).await?,
                None => !is_enabled(&mut tx, &new.member_id).await?,
            }
            && session::insert(&mut tx, &new).await?;
        if !good {
            return Ok(false);
        }
        for subject in subjects {
            session::forget_failures(&mut tx, subject).await?;
        }
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }

    async fn warn_of_codes(
        &self,
        member: &MemberId,
        warning: CodeWarning,
        quiet_since: Timestamp,
        event: AuditEvent,
    ) -> Result<()> {
        const DOING: &str = "warning of wrong codes";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        team::forget(&mut tx, factor::FORGET_STEPS, member).await?;
        sqlx::query(factor::WARN)
            .bind(member.as_str())
            .bind(warning.at.millis())
            .bind(warning.ip.to_string())
            .bind(quiet_since.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)
    }

    async fn code_warning(&self, member: &MemberId) -> Result<Option<CodeWarning>> {
        const DOING: &str = "finding a warning of wrong codes";
        let row: Option<WarningRow> = sqlx::query_as(factor::WARNING)
            .bind(member.as_str())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn due_warnings(
        &self,
        now: Timestamp,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueWarning>> {
        const DOING: &str = "finding warnings to send";
        let rows: Vec<DueRow> = sqlx::query_as(factor::DUE_WARNINGS)
            .bind(now.millis())
            .bind(since.millis())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn claim_warning(&self, member: &MemberId, now: Timestamp) -> Result<bool> {
        let claimed = sqlx::query(factor::CLAIM_WARNING)
            .bind(member.as_str())
            .bind(now.millis())
            .execute(&self.writer)
            .await
            .doing("claiming a warning")?;
        Ok(claimed.rows_affected() == 1)
    }

    async fn release_warning(&self, member: &MemberId, again: Timestamp) -> Result<()> {
        sqlx::query(factor::RELEASE_WARNING)
            .bind(member.as_str())
            .bind(again.millis())
            .execute(&self.writer)
            .await
            .doing("giving a warning back")?;
        Ok(())
    }
}

pub(super) async fn is_enabled(connection: &mut Connection, member: &MemberId) -> Result<bool> {
    let row: Option<FactorRow> = sqlx::query_as(factor::FIND)
        .bind(member.as_str())
        .fetch_optional(connection)
        .await
        .doing("finding a second factor")?;
    Ok(row.is_some())
}

/// Uses up a time step or a recovery code. Returns `false` if it was already used; the caller then
/// rolls back.
async fn use_up(connection: &mut Connection, member: &MemberId, proof: Proof) -> Result<bool> {
    let query = match &proof {
        Proof::Step(step) => sqlx::query(factor::USE_STEP)
            .bind(member.as_str())
            .bind(i64::try_from(*step).unwrap_or(i64::MAX)),
        Proof::Recovery([current, old]) => sqlx::query(factor::USE_RECOVERY)
            .bind(member.as_str())
            .bind(current.0.as_slice())
            .bind(old.0.as_slice()),
    };
    let used = query.execute(connection).await;
    Ok(used.doing("using a second factor")?.rows_affected() == 1)
}

/// Deletes the authenticator secret, the recovery codes, and the sign-ins that wait for a code.
pub(super) async fn forget(connection: &mut Connection, member: &MemberId) -> Result<()> {
    for statement in [
        factor::FORGET_RECOVERY,
        factor::DISABLE,
        factor::FORGET_STEPS,
    ] {
        sqlx::query(statement)
            .bind(member.as_str())
            .execute(&mut *connection)
            .await
            .doing("forgetting a second factor")?;
    }
    Ok(())
}
