//! Access of one member: their sessions and their password.

use super::factor::{self, end_others};
use super::member_row::{SET_PASSWORD, forget};
use super::{Result, SqlStore, record, session, team};
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
        let readers = self.readers("listing sessions");
        session::list(readers, member, now, idle_since).await
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
        query(SET_PASSWORD)
            .bind(member.as_str())
            .bind(password_hash)
            .execute(&mut tx)
            .await?;
        end_others(&mut tx, member, current).await?;
        forget(&mut tx, team::FORGET_LINKS_OF, member).await?;
        forget(&mut tx, factor::FORGET_WARNING, member).await?;
        record(&mut tx, &event).await?;
        tx.commit().await
    }
}
