//! Sessions, and the delays after failed sign-ins.

mod statements;

pub(crate) use statements::*;

use super::member_row::{self, HAS_PASSWORD};
use super::{Executor, Result, SqlStore, Transaction, read, record};
use crate::query::{query, query_scalar};
use domain::{MemberId, Timestamp};
use service::store::{
    AuditEvent, CountedMail, LiveSession, MAX_SESSIONS_PER_MEMBER, NewSession, SessionRecord,
    TokenDigest,
};

/// Maximum lag of "last seen" in seconds, which causes one write a minute for an active person.
const LAST_SEEN_INTERVAL: i64 = 60;

/// Returns whether the member still has the password that was verified against this hash.
pub(super) async fn has_password(
    tx: &mut Transaction,
    member: &MemberId,
    password_hash: &str,
) -> Result<bool> {
    query_scalar(HAS_PASSWORD)
        .bind(member.as_str())
        .bind(password_hash)
        .fetch_one(tx)
        .await
}

/// Stores a session, and ends one if the member has too many. Returns `false` if the member is
/// deactivated.
pub(super) async fn insert(tx: &mut Transaction, new: &NewSession) -> Result<bool> {
    let inserted_rows = query(OPEN)
        .bind(new.digest.0.as_slice())
        .bind(new.member_id.as_str())
        .bind(new.created_at.millis())
        .bind(new.expires_at.millis())
        .bind(new.ip.to_string())
        .bind(new.user_agent.as_deref())
        .execute(&mut *tx)
        .await?;
    if inserted_rows == 0 {
        return Ok(false);
    }
    query(END_UNUSED)
        .bind(new.member_id.as_str())
        .bind(new.digest.0.as_slice())
        .bind(i64::from(MAX_SESSIONS_PER_MEMBER - 1))
        .execute(&mut *tx)
        .await?;
    query(member_row::UPDATE_LAST_SEEN)
        .bind(new.member_id.as_str())
        .bind(new.created_at.millis())
        .execute(&mut *tx)
        .await?;
    Ok(true)
}

pub(super) async fn use_session(
    store: &SqlStore,
    digest: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<LiveSession>> {
    let Some(row) = row(store, digest, now, idle_since).await? else {
        return Ok(None);
    };
    if now > Timestamp::from_millis(row.last_seen_at).plus_seconds(LAST_SEEN_INTERVAL) {
        let result = record_use(store, digest, &row, now).await;
        // The session is valid regardless. "Last seen" can be written next time; until then the
        // session only ends earlier.
        if let Err(error) = result {
            tracing::warn!(?error, "the last use of a session could not be recorded");
        }
    }
    read(Some(row))
}

pub(super) async fn find(
    store: &SqlStore,
    digest: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<LiveSession>> {
    read(row(store, digest, now, idle_since).await?)
}

async fn row(
    store: &SqlStore,
    digest: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<SessionRow>> {
    query(FIND)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .bind(idle_since.millis())
        .fetch_optional(store.authentication("finding a session"))
        .await
}

async fn record_use(
    store: &SqlStore,
    digest: &TokenDigest,
    row: &SessionRow,
    now: Timestamp,
) -> Result<()> {
    query(UPDATE_LAST_SEEN)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .execute(store.non_durable("recording the last use of a session"))
        .await?;
    query(member_row::UPDATE_LAST_SEEN)
        .bind(&row.member.id)
        .bind(now.millis())
        .execute(store.non_durable("recording the last use of a session"))
        .await?;
    Ok(())
}

pub(super) async fn end(store: &SqlStore, digest: &TokenDigest, event: &AuditEvent) -> Result<()> {
    let mut tx = store
        .begin_change(&event.account_id, "ending a session")
        .await?;
    if delete(&mut tx, digest).await? == 0 {
        return Ok(());
    }
    record(&mut tx, event).await?;
    tx.commit().await
}

/// Deletes a session. Returns how many there were.
pub(super) async fn delete(tx: &mut Transaction, digest: &TokenDigest) -> Result<u64> {
    query(END).bind(digest.0.as_slice()).execute(tx).await
}

/// Returns the member's sessions that end after `now` and were last seen after `idle_since`,
/// newest first.
pub(super) async fn list(
    executor: impl Executor,
    member: &MemberId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Vec<SessionRecord>> {
    let mut sessions: Vec<SessionRecord> = query(OF_MEMBER)
        .bind(member.as_str())
        .bind(now.millis())
        .bind(idle_since.millis())
        .parse_all::<OpenSessionRow, _>(executor)
        .await?;
    sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    Ok(sessions)
}

/// Ends all sessions of a member. Returns how many there were.
pub(super) async fn end_all(tx: &mut Transaction, member: &MemberId) -> Result<u64> {
    query(END_ALL_OF_MEMBER)
        .bind(member.as_str())
        .execute(tx)
        .await
}

pub(super) async fn blocked_until(
    store: &SqlStore,
    subjects: &[String],
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let mut latest: Option<i64> = None;
    for subject in subjects {
        let until: Option<i64> = query_scalar(BLOCKED_UNTIL)
            .bind(subject)
            .bind(now.millis())
            .fetch_optional(store.authentication("reading sign-in delays"))
            .await?;
        latest = latest.max(until);
    }
    Ok(latest.map(Timestamp::from_millis))
}

pub(super) async fn count_failure(
    store: &SqlStore,
    subjects: &[String],
    now: Timestamp,
    delay_seconds: &[u32],
    forget_before: Timestamp,
) -> Result<Timestamp> {
    let mut latest = now;
    let mut tx = store
        .begin_global_change("counting a failed sign-in")
        .await?;
    forget_old(&mut tx, now, forget_before).await?;
    for subject in subjects {
        let until = count(&mut tx, subject, now, delay_seconds, forget_before).await?;
        latest = latest.max(until);
    }
    tx.commit().await?;
    Ok(latest)
}

/// Counts a mail, unless one of its subjects has to wait. The caller holds the account's lock, so
/// that no other node counts a mail of the account at the same time.
pub(super) async fn count_mail(tx: &mut Transaction, mail: &CountedMail) -> Result<bool> {
    let now = mail.at;
    for (subject, _) in &mail.subjects {
        let until: Option<i64> = query_scalar(BLOCKED_UNTIL)
            .bind(subject)
            .bind(now.millis())
            .fetch_optional(&mut *tx)
            .await?;
        if until.is_some() {
            return Ok(false);
        }
    }
    forget_old(tx, now, mail.forget_before).await?;
    for (subject, delay_seconds) in &mail.subjects {
        count(tx, subject, now, delay_seconds, mail.forget_before).await?;
    }
    Ok(true)
}

async fn forget_old(tx: &mut Transaction, now: Timestamp, forget_before: Timestamp) -> Result<()> {
    query(FORGET_OLD_FAILURES)
        .bind(forget_before.millis())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// Counts once more under a subject, and returns the end of its delay.
async fn count(
    tx: &mut Transaction,
    subject: &str,
    now: Timestamp,
    delay_seconds: &[u32],
    forget_before: Timestamp,
) -> Result<Timestamp> {
    let failures: i64 = query_scalar(COUNT_FAILURE)
        .bind(subject)
        .bind(now.millis())
        .bind(forget_before.millis())
        .fetch_one(&mut *tx)
        .await?;
    let until = now.plus_seconds(delay(failures, delay_seconds));
    query(SET_DELAY)
        .bind(subject)
        .bind(until.millis())
        .execute(tx)
        .await?;
    Ok(until)
}

/// Returns the delay in seconds. The last one applies to all further failures.
fn delay(failures: i64, delay_seconds: &[u32]) -> i64 {
    let index = usize::try_from(failures - 1).unwrap_or(0);
    delay_seconds
        .get(index)
        .or(delay_seconds.last())
        .copied()
        .map_or(0, i64::from)
}

pub(super) async fn forget_failures(tx: &mut Transaction, subject: &str) -> Result<()> {
    query(FORGET_FAILURES).bind(subject).execute(tx).await?;
    Ok(())
}
