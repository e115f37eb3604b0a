//! Access of one member: their sessions and their password.

use super::{Connection, LockScope, Result, Store, read_all, record, team};
use crate::error::Doing as _;
use crate::sql;
use crate::sql::session::{self, OpenSessionRow};
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use service::store::{AccessStore, AuditEvent, SessionRecord, TokenDigest};

#[async_trait]
impl AccessStore for Store {
    async fn list_sessions(
        &self,
        member: &MemberId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<SessionRecord>> {
        const DOING: &str = "listing sessions";
        let rows: Vec<OpenSessionRow> = sqlx::query_as(session::OF_MEMBER)
            .bind(member.as_str())
            .bind(now.millis())
            .bind(idle_since.millis())
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        let mut sessions: Vec<SessionRecord> = read_all(rows, DOING)?;
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        Ok(sessions)
    }

    async fn end_other_sessions(
        &self,
        member: &MemberId,
        kept: &TokenDigest,
        event: AuditEvent,
    ) -> Result<bool> {
        const DOING: &str = "ending other sessions";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        if end_others(&mut tx, member, kept).await? == 0 {
            return Ok(false);
        }
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }

    async fn change_password(
        &self,
        member: &MemberId,
        kept: &TokenDigest,
        password_hash: &str,
        event: AuditEvent,
    ) -> Result<()> {
        const DOING: &str = "changing a password";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        sqlx::query(sql::member::SET_PASSWORD)
            .bind(member.as_str())
            .bind(password_hash)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        end_others(&mut tx, member, kept).await?;
        team::forget(&mut tx, sql::team::FORGET_LINKS_OF, member).await?;
        team::forget(&mut tx, sql::factor::FORGET_WARNING, member).await?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)
    }
}

/// Ends the member's sessions except `kept`, and their unfinished sign-ins. Returns how many ended.
pub(super) async fn end_others(
    connection: &mut Connection,
    member: &MemberId,
    kept: &TokenDigest,
) -> Result<u64> {
    const DOING: &str = "ending other sessions";
    let sessions = sqlx::query(session::END_OTHERS)
        .bind(member.as_str())
        .bind(kept.0.as_slice())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    let steps = sqlx::query(sql::factor::FORGET_STEPS)
        .bind(member.as_str())
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(sessions.rows_affected() + steps.rows_affected())
}
