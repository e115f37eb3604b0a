//! Sessions, and the delays that failed sign-ins earn.

use super::member::MemberRow;

pub(crate) const OPEN: &str = "
    INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at)
    VALUES ($1, $2, $3, $3, $4)";

pub(crate) const FORGET_EXPIRED: &str = "DELETE FROM sessions WHERE expires_at <= $1";

pub(crate) const FIND: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           s.last_seen_at
    FROM sessions s
    JOIN members m ON m.id = s.member_id
    JOIN accounts a ON a.id = m.account_id
    WHERE s.digest = $1 AND s.expires_at > $2 AND s.last_seen_at > $3";

pub(crate) const SEEN: &str =
    "UPDATE sessions SET last_seen_at = $2 WHERE digest = $1 AND last_seen_at < $2";

pub(crate) const END: &str = "DELETE FROM sessions WHERE digest = $1";

pub(crate) const END_ALL_OF_MEMBER: &str = "DELETE FROM sessions WHERE member_id = $1";

pub(crate) const BLOCKED_UNTIL: &str =
    "SELECT blocked_until FROM sign_in_delays WHERE subject = $1 AND blocked_until > $2";

/// Counts from nothing where the last failure is older than `$3`.
pub(crate) const COUNT_FAILURE: &str = "
    INSERT INTO sign_in_delays (subject, failures, failed_at, blocked_until)
    VALUES ($1, 1, $2, $2)
    ON CONFLICT (subject) DO UPDATE SET
        failures = CASE
            WHEN sign_in_delays.failed_at < $3 THEN 1
            ELSE sign_in_delays.failures + 1
        END,
        failed_at = excluded.failed_at
    RETURNING failures";

pub(crate) const SET_DELAY: &str =
    "UPDATE sign_in_delays SET blocked_until = $2 WHERE subject = $1";

pub(crate) const FORGET_FAILURES: &str = "DELETE FROM sign_in_delays WHERE subject = $1";

/// What neither counts nor delays any more, so that guesses at random addresses do not pile up for ever.
pub(crate) const FORGET_OLD_FAILURES: &str =
    "DELETE FROM sign_in_delays WHERE failed_at < $1 AND blocked_until <= $2";

#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    #[sqlx(flatten)]
    pub(crate) member: MemberRow,
    pub(crate) last_seen_at: i64,
}
