//! Sessions, and the delays after failed sign-ins.

use super::{Connection, LockScope, Result, Store, factor, read, record};
use crate::error::Doing as _;
use crate::sql::session::SessionRow;
use crate::sql::{member, session};
use domain::{MemberId, Timestamp};
use service::store::{AuditEvent, MemberRecord, NewSession, SESSIONS_OF_A_MEMBER, TokenDigest};

/// Maximum lag of "last seen" in seconds, which causes one write a minute for an active person.
const SEEN_EVERY: i64 = 60;

const FINDING: &str = "finding a session";

pub(super) async fn open(
    store: &Store,
    new: NewSession,
    password_hash: &str,
    forget: &[String],
    event: &AuditEvent,
) -> Result<bool> {
    const DOING: &str = "opening a session";
    let mut tx = store
        .begin(LockScope::Account(&event.account_id), DOING)
        .await?;
    // The password was verified before this transaction. Since then, it may have been changed, or a
    // second factor enabled.
    if !has_password(&mut tx, &new.member_id, password_hash).await?
        || factor::is_enabled(&mut tx, &new.member_id).await?
    {
        return Ok(false);
    }
    sqlx::query(session::FORGET_EXPIRED)
        .bind(new.created_at.millis())
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    if !insert(&mut tx, &new).await? {
        return Ok(false);
    }
    for subject in forget {
        forget_failures(&mut tx, subject).await?;
    }
    record(&mut tx, event).await?;
    tx.commit().await.doing(DOING)?;
    Ok(true)
}

/// Returns whether the member still has the password that was verified against this hash.
pub(super) async fn has_password(
    connection: &mut Connection,
    member: &MemberId,
    password_hash: &str,
) -> Result<bool> {
    sqlx::query_scalar(member::HAS_PASSWORD)
        .bind(member.as_str())
        .bind(password_hash)
        .fetch_one(connection)
        .await
        .doing("comparing a password's hash")
}

/// Stores a session, and ends one if the member has too many. Returns `false` if the member is
/// deactivated.
pub(super) async fn insert(connection: &mut Connection, new: &NewSession) -> Result<bool> {
    const DOING: &str = "storing a session";
    let opened = sqlx::query(session::OPEN)
        .bind(new.digest.0.as_slice())
        .bind(new.member_id.as_str())
        .bind(new.created_at.millis())
        .bind(new.expires_at.millis())
        .bind(new.ip.to_string())
        .bind(new.user_agent.as_deref())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    if opened.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(session::END_UNUSED)
        .bind(new.member_id.as_str())
        .bind(new.digest.0.as_slice())
        .bind(i64::from(SESSIONS_OF_A_MEMBER - 1))
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    sqlx::query(member::SEEN)
        .bind(new.member_id.as_str())
        .bind(new.created_at.millis())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    Ok(true)
}

pub(super) async fn seen(
    store: &Store,
    digest: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<MemberRecord>> {
    let Some(row) = row(store, digest, now, idle_since).await? else {
        return Ok(None);
    };
    if now > Timestamp::from_millis(row.last_seen_at).plus_seconds(SEEN_EVERY) {
        let noted = note(store, digest, &row, now).await;
        // The session is valid regardless. "Last seen" can be written next time; until then the
        // session only ends earlier.
        if let Err(error) = noted {
            tracing::warn!(?error, "could not note when a session was last seen");
        }
    }
    read(Some(row.member), FINDING)
}

pub(super) async fn find(
    store: &Store,
    digest: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<MemberRecord>> {
    let row = row(store, digest, now, idle_since).await?;
    read(row.map(|row| row.member), FINDING)
}

async fn row(
    store: &Store,
    digest: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<SessionRow>> {
    sqlx::query_as(session::FIND)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .bind(idle_since.millis())
        .fetch_optional(&store.authentication)
        .await
        .doing(FINDING)
}

async fn note(store: &Store, digest: &TokenDigest, row: &SessionRow, now: Timestamp) -> Result<()> {
    const DOING: &str = "noting when a session was last seen";
    sqlx::query(session::SEEN)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .execute(&store.non_durable)
        .await
        .doing(DOING)?;
    sqlx::query(member::SEEN)
        .bind(&row.member.id)
        .bind(now.millis())
        .execute(&store.non_durable)
        .await
        .doing(DOING)?;
    Ok(())
}

pub(super) async fn end(store: &Store, digest: &TokenDigest, event: &AuditEvent) -> Result<()> {
    const DOING: &str = "ending a session";
    let mut tx = store
        .begin(LockScope::Account(&event.account_id), DOING)
        .await?;
    let ended = sqlx::query(session::END)
        .bind(digest.0.as_slice())
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    if ended.rows_affected() == 0 {
        return Ok(());
    }
    record(&mut tx, event).await?;
    tx.commit().await.doing(DOING)
}

pub(super) async fn end_all(connection: &mut Connection, member: &MemberId) -> Result<()> {
    sqlx::query(session::END_ALL_OF_MEMBER)
        .bind(member.as_str())
        .execute(connection)
        .await
        .doing("ending a member's sessions")?;
    Ok(())
}

pub(super) async fn blocked_until(
    store: &Store,
    subjects: &[String],
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let mut latest: Option<i64> = None;
    for subject in subjects {
        let until: Option<i64> = sqlx::query_scalar(session::BLOCKED_UNTIL)
            .bind(subject)
            .bind(now.millis())
            .fetch_optional(&store.authentication)
            .await
            .doing("reading sign-in delays")?;
        latest = latest.max(until);
    }
    Ok(latest.map(Timestamp::from_millis))
}

pub(super) async fn count_failure(
    store: &Store,
    subjects: &[String],
    now: Timestamp,
    delay_seconds: &[u32],
    forget_before: Timestamp,
) -> Result<Timestamp> {
    const DOING: &str = "counting a failed sign-in";
    let mut latest = now;
    let mut tx = store.begin(LockScope::Installation, DOING).await?;
    sqlx::query(session::FORGET_OLD_FAILURES)
        .bind(forget_before.millis())
        .bind(now.millis())
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    for subject in subjects {
        let failures: i64 = sqlx::query_scalar(session::COUNT_FAILURE)
            .bind(subject)
            .bind(now.millis())
            .bind(forget_before.millis())
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        let until = now.plus_seconds(delay(failures, delay_seconds));
        sqlx::query(session::SET_DELAY)
            .bind(subject)
            .bind(until.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        latest = latest.max(until);
    }
    tx.commit().await.doing(DOING)?;
    Ok(latest)
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

pub(super) async fn forget_failures(connection: &mut Connection, subject: &str) -> Result<()> {
    sqlx::query(session::FORGET_FAILURES)
        .bind(subject)
        .execute(connection)
        .await
        .doing("forgetting failed sign-ins")?;
    Ok(())
}
