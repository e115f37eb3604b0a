//! Statements and rows. Sessions, and the delays after failed sign-ins.

use crate::error::CorruptValue;
use crate::ports::columns::address;
use crate::ports::member_row::MemberRow;
use domain::Timestamp;
use service::store::{LiveSession, SessionRecord, TokenDigest};

/// Opens a session only if the member is active at this moment.
pub(crate) const OPEN: &str = "
    INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at, ip, user_agent)
    SELECT $1, id, $3, $3, $4, $5, $6 FROM members WHERE id = $2 AND deactivated_at IS NULL";

pub(crate) const FORGET_EXPIRED: &str = "DELETE FROM sessions WHERE expires_at <= $1";

pub(crate) const FIND: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at, s.last_seen_at, a.requires_second_factor, f.member_id AS factor
    FROM sessions s
    JOIN members m ON m.id = s.member_id
    JOIN accounts a ON a.id = m.account_id
    LEFT JOIN second_factors f ON f.member_id = m.id
    WHERE s.digest = $1 AND s.expires_at > $2 AND s.last_seen_at > $3
        AND m.deactivated_at IS NULL";

pub(crate) const UPDATE_LAST_SEEN: &str =
    "UPDATE sessions SET last_seen_at = $2 WHERE digest = $1 AND last_seen_at < $2";

pub(crate) const END: &str = "DELETE FROM sessions WHERE digest = $1";

pub(crate) const END_OTHERS: &str = "DELETE FROM sessions WHERE member_id = $1 AND digest <> $2";

/// Deletes the member's sessions, except the newly opened one (`$2`) and the `$3` others that were
/// used last.
pub(crate) const END_UNUSED: &str = "
    DELETE FROM sessions
    WHERE member_id = $1 AND digest <> $2 AND digest NOT IN (
        SELECT digest FROM sessions
        WHERE member_id = $1 AND digest <> $2
        ORDER BY last_seen_at DESC, created_at DESC, digest
        LIMIT +$3)";

pub(crate) const OF_MEMBER: &str = "
    SELECT digest, created_at, last_seen_at, ip, user_agent
    FROM sessions
    WHERE member_id = $1 AND expires_at > $2 AND last_seen_at > $3";

pub(crate) const END_ALL_OF_MEMBER: &str = "DELETE FROM sessions WHERE member_id = $1";

pub(crate) const BLOCKED_UNTIL: &str =
    "SELECT blocked_until FROM sign_in_delays WHERE subject = $1 AND blocked_until > $2";

/// Restarts the count if the last failure is older than `$3`.
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

/// Deletes failures that neither count nor delay any more, so that guesses at random addresses do
/// not accumulate.
pub(crate) const FORGET_OLD_FAILURES: &str =
    "DELETE FROM sign_in_delays WHERE failed_at < $1 AND blocked_until <= $2";

#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    #[sqlx(flatten)]
    pub(crate) member: MemberRow,
    pub(crate) last_seen_at: i64,
    requires_second_factor: i64,
    factor: Option<String>,
}

impl TryFrom<SessionRow> for LiveSession {
    type Error = CorruptValue;

    fn try_from(row: SessionRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            factor_due: row.requires_second_factor != 0 && row.factor.is_none(),
            member: row.member.try_into()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct OpenSessionRow {
    digest: Vec<u8>,
    created_at: i64,
    last_seen_at: i64,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl TryFrom<OpenSessionRow> for SessionRecord {
    type Error = CorruptValue;

    fn try_from(row: OpenSessionRow) -> Result<Self, CorruptValue> {
        let digest = row.digest.try_into();
        let ip = row.ip.map(|ip| address(&ip, "sessions.ip"));
        Ok(Self {
            digest: TokenDigest(digest.map_err(|_| CorruptValue("sessions.digest"))?),
            created_at: Timestamp::from_millis(row.created_at),
            last_seen_at: Timestamp::from_millis(row.last_seen_at),
            ip: ip.transpose()?,
            user_agent: row.user_agent,
        })
    }
}
