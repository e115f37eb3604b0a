//! Failed sign-ins of members, counted by hour, network and member.

use super::address;
use super::parsed;
use crate::error::Corrupt;
use domain::{MemberId, Timestamp};
use service::store::{Action, FailedAttempts};

pub(crate) const ADD: &str = "
    UPDATE failed_attempts SET attempts = attempts + $6
    WHERE account_id = $1 AND member_id = $2 AND action = $3 AND hour = $4 AND network = $5";

pub(crate) const BEGIN: &str = "
    INSERT INTO failed_attempts (account_id, member_id, action, hour, network, ip, attempts, reported)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";

pub(crate) const NETWORKS: &str = "
    SELECT count(*) FROM failed_attempts
    WHERE account_id = $1 AND member_id = $2 AND action = $3 AND hour = $4 AND network <> ''";

/// An account that has counts of hours before `$1`.
pub(crate) const ACCOUNT_TO_CLOSE: &str =
    "SELECT account_id FROM failed_attempts WHERE hour < $1 ORDER BY hour, account_id LIMIT 1";

pub(crate) const TO_CLOSE: &str = "
    SELECT member_id, action, hour, network, ip, attempts, reported FROM failed_attempts
    WHERE account_id = $1 AND hour < $2
    ORDER BY member_id, action, hour, network
    LIMIT $3";

pub(crate) const CLOSE: &str = "
    DELETE FROM failed_attempts
    WHERE account_id = $1 AND member_id = $2 AND action = $3 AND hour = $4 AND network = $5";

#[derive(sqlx::FromRow)]
pub(crate) struct AttemptsRow {
    member_id: String,
    action: String,
    hour: i64,
    network: String,
    ip: Option<String>,
    attempts: i64,
    pub(crate) reported: i64,
}

impl TryFrom<AttemptsRow> for FailedAttempts {
    type Error = Corrupt;

    fn try_from(row: AttemptsRow) -> Result<Self, Corrupt> {
        let ip = row.ip.map(|ip| address(&ip, "failed_attempts.ip"));
        Ok(Self {
            member_id: parsed(MemberId::parse(&row.member_id), "failed_attempts.member_id")?,
            action: Action::ALL
                .into_iter()
                .find(|action| action.as_str() == row.action)
                .ok_or(Corrupt("failed_attempts.action"))?,
            hour: Timestamp::from_millis(row.hour),
            network: row.network,
            ip: ip.transpose()?,
            attempts: u64::try_from(row.attempts)
                .map_err(|_| Corrupt("failed_attempts.attempts"))?,
        })
    }
}
