//! Statements and rows. The second factor of a sign-in.

use crate::error::CorruptValue;
use crate::ports::columns::{address, check_column, number};
use domain::{AccountName, Email, MemberId, Timestamp};
use service::Zone;
use service::store::{CodeWarning, DueWarning, FactorPolicy, FactorRecord};

pub(crate) const FIND: &str = "
    SELECT f.sealed, (SELECT count(*) FROM recovery_codes r WHERE r.member_id = f.member_id) AS left_over
    FROM second_factors f WHERE f.member_id = $1";

pub(crate) const POLICY: &str = "
    SELECT a.requires_second_factor, (
        SELECT count(*) FROM members m
        LEFT JOIN second_factors f ON f.member_id = m.id
        WHERE m.account_id = a.id AND m.deactivated_at IS NULL AND f.member_id IS NULL
    ) AS members_without
    FROM accounts a WHERE a.id = $1";

pub(crate) const REQUIRE: &str = "
    UPDATE accounts SET requires_second_factor = $2
    WHERE id = $1 AND requires_second_factor <> $2";

pub(crate) const ENABLE: &str = "
    INSERT INTO second_factors (member_id, sealed, last_step, created_at, pepper_id)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (member_id) DO NOTHING";

pub(crate) const ADD_RECOVERY: &str =
    "INSERT INTO recovery_codes (member_id, digest, pepper_id) VALUES ($1, $2, $3)";

pub(crate) const DISABLE: &str = "DELETE FROM second_factors WHERE member_id = $1";

pub(crate) const FORGET_RECOVERY: &str = "DELETE FROM recovery_codes WHERE member_id = $1";

/// Accepts each time step once, and none before the last one.
pub(crate) const USE_STEP: &str =
    "UPDATE second_factors SET last_step = $2 WHERE member_id = $1 AND last_step < $2";

pub(crate) const USE_RECOVERY: &str =
    "DELETE FROM recovery_codes WHERE member_id = $1 AND digest IN ($2, $3)";

pub(crate) const BEGIN: &str =
    "INSERT INTO sign_in_steps (digest, member_id, expires_at) VALUES ($1, $2, $3)";

pub(crate) const FORGET_EXPIRED: &str = "DELETE FROM sign_in_steps WHERE expires_at <= $1";

pub(crate) const FORGET_STEPS: &str = "DELETE FROM sign_in_steps WHERE member_id = $1";

pub(crate) const FIND_STEP: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone, m.deactivated_at
    FROM sign_in_steps s
    JOIN members m ON m.id = s.member_id
    JOIN accounts a ON a.id = m.account_id
    WHERE s.digest = $1 AND s.expires_at > $2 AND m.deactivated_at IS NULL";

pub(crate) const USE_SIGN_IN: &str =
    "DELETE FROM sign_in_steps WHERE digest = $1 AND member_id = $2 AND expires_at > $3";

/// If the previous warning is older than `$4`, the new one is due for a mail.
pub(crate) const WARN: &str = "
    INSERT INTO code_warnings (member_id, at, ip, mail_at) VALUES ($1, $2, $3, $2)
    ON CONFLICT (member_id) DO UPDATE SET
        mail_at = CASE
            WHEN code_warnings.at <= $4 THEN excluded.mail_at
            ELSE code_warnings.mail_at
        END,
        at = excluded.at,
        ip = excluded.ip";

pub(crate) const WARNING: &str = "SELECT at, ip FROM code_warnings WHERE member_id = $1";

pub(crate) const FORGET_WARNING: &str = "DELETE FROM code_warnings WHERE member_id = $1";

pub(crate) const LIST_DUE_WARNINGS: &str = "
    SELECT w.member_id, m.email, a.name AS account_name, a.time_zone, w.at, w.ip
    FROM code_warnings w
    JOIN members m ON m.id = w.member_id AND m.deactivated_at IS NULL
    JOIN accounts a ON a.id = m.account_id
    WHERE w.mail_at <= $1 AND w.at > $2
    ORDER BY w.mail_at
    LIMIT +$3";

pub(crate) const CLAIM_WARNING: &str =
    "UPDATE code_warnings SET mail_at = NULL WHERE member_id = $1 AND mail_at <= $2";

pub(crate) const RELEASE_WARNING: &str =
    "UPDATE code_warnings SET mail_at = $2 WHERE member_id = $1 AND mail_at IS NULL";

#[derive(sqlx::FromRow)]
pub(crate) struct WarningRow {
    at: i64,
    ip: String,
}

impl TryFrom<WarningRow> for CodeWarning {
    type Error = CorruptValue;

    fn try_from(row: WarningRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            at: Timestamp::from_millis(row.at),
            ip: address(&row.ip, "code_warnings.ip")?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct DueRow {
    member_id: String,
    email: String,
    account_name: String,
    time_zone: String,
    #[sqlx(flatten)]
    warning: WarningRow,
}

impl TryFrom<DueRow> for DueWarning {
    type Error = CorruptValue;

    fn try_from(row: DueRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            member_id: check_column(MemberId::parse(&row.member_id), "members.id")?,
            to: check_column(Email::from_stored(&row.email), "members.email")?,
            account_name: check_column(AccountName::parse(&row.account_name), "accounts.name")?,
            zone: Zone::from_stored(&row.time_zone),
            warning: row.warning.try_into()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct FactorRow {
    sealed: Vec<u8>,
    left_over: i64,
}

impl TryFrom<FactorRow> for FactorRecord {
    type Error = CorruptValue;

    fn try_from(row: FactorRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            sealed: row.sealed,
            recovery_codes: u32::try_from(row.left_over)
                .map_err(|_| CorruptValue("recovery_codes.digest"))?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct PolicyRow {
    requires_second_factor: i64,
    members_without: i64,
}

impl TryFrom<PolicyRow> for FactorPolicy {
    type Error = CorruptValue;

    fn try_from(row: PolicyRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            is_required: row.requires_second_factor != 0,
            members_without: number(row.members_without, "members.id")?,
        })
    }
}
