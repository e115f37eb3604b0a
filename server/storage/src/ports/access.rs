//! Access of one member: their sessions and their password.

use super::session::OpenSessionRow;
use super::{Result, SqlStore, Transaction, factor, member, read_all, record, session, team};
use crate::query::query;
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use service::store::{AccessStore, AuditEvent, SessionRecord, TokenDigest};

#[async_trait]
impl AccessStore for SqlStore {
    async fn list_sessions(
        &self,
        member: &MemberId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<SessionRecord>> {
        let rows: Vec<OpenSessionRow> = query(session::OF_MEMBER)
            .bind(member.as_str())
            .bind(now.millis())
            .bind(idle_since.millis())
            .fetch_all(self.readers("listing sessions"))
            .await?;
        let mut sessions: Vec<SessionRecord> = read_all(rows)?;
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        Ok(sessions)
    }

    async fn end_other_sessions(
        &self,
        member: &MemberId,
        current: &TokenDigest,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "ending other sessions")
            .await?;
        if end_others(&mut tx, member, current).await? == 0 {
            return Ok(false);
        }
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn change_password(
        &self,
        member: &MemberId,
        current: &TokenDigest,
        password_hash: &str,
        event: AuditEvent,
    ) -> Result<()> {
        let mut tx = self
            .begin_change(&event.account_id, "changing a password")
            .await?;
        query(member::SET_PASSWORD)
            .bind(member.as_str())
            .bind(password_hash)
            .execute(&mut tx)
            .await?;
        end_others(&mut tx, member, current).await?;
        team::forget(&mut tx, team::FORGET_LINKS_OF, member).await?;
        team::forget(&mut tx, factor::FORGET_WARNING, member).await?;
        record(&mut tx, &event).await?;
        tx.commit().await
    }
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
    let steps = query(factor::FORGET_STEPS)
        .bind(member.as_str())
        .execute(tx)
        .await?;
    Ok(sessions + steps)
}
