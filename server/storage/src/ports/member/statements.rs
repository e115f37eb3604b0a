//! Statements and rows. Accounts and their members.

use crate::error::CorruptValue;
use crate::ports::columns::check_column;
use domain::{AccountId, AccountName, Email, MemberId, Role};
use service::Zone;
use service::store::{Candidate, MemberRecord};

pub(crate) const INSERT_ACCOUNT: &str =
    "INSERT INTO accounts (id, name, created_at) VALUES ($1, $2, $3)";

pub(crate) const INSERT_MEMBER: &str = "
    INSERT INTO members (id, account_id, email, role, password_hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (account_id, email) DO NOTHING";

pub(crate) const SET_PASSWORD: &str = "UPDATE members SET password_hash = $2 WHERE id = $1";

pub(crate) const PASSWORD_HASH: &str = "SELECT password_hash FROM members WHERE id = $1";

/// Returns whether the member still has the password that was verified against `$2`.
pub(crate) const HAS_PASSWORD: &str =
    "SELECT EXISTS (SELECT 1 FROM members WHERE id = $1 AND password_hash = $2)";

/// The time never goes backwards.
pub(crate) const UPDATE_LAST_SEEN: &str = "
    UPDATE members SET last_seen_at = $2
    WHERE id = $1 AND (last_seen_at IS NULL OR last_seen_at < $2)";

/// Older members come before newer ones, in the order of the index.
pub(crate) const ACTIVE_BY_EMAIL: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at, m.password_hash
    FROM members m
    JOIN accounts a ON a.id = m.account_id
    WHERE m.email = $1 AND m.deactivated_at IS NULL
    ORDER BY m.id
    LIMIT $2";

/// Like [`ACTIVE_BY_EMAIL`]. One statement for both would have to sort.
pub(crate) const DEACTIVATED_BY_EMAIL: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at, m.password_hash
    FROM members m
    JOIN accounts a ON a.id = m.account_id
    WHERE m.email = $1 AND m.deactivated_at IS NOT NULL
    ORDER BY m.id
    LIMIT $2";

pub(crate) const FIND: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at
    FROM members m
    JOIN accounts a ON a.id = m.account_id
    WHERE m.id = $1";

/// Counts at most `$1` accounts.
pub(crate) const COUNT_ACCOUNTS: &str =
    "SELECT count(*) FROM (SELECT id FROM accounts LIMIT $1) AS some_accounts";

#[derive(sqlx::FromRow)]
pub(crate) struct CandidateRow {
    #[sqlx(flatten)]
    member: MemberRow,
    password_hash: String,
}

impl TryFrom<CandidateRow> for Candidate {
    type Error = CorruptValue;

    fn try_from(row: CandidateRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            member: row.member.try_into()?,
            password_hash: row.password_hash,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct MemberRow {
    pub(crate) id: String,
    account_id: String,
    account_name: String,
    email: String,
    role: String,
    time_zone: String,
    deactivated_at: Option<i64>,
}

impl TryFrom<MemberRow> for MemberRecord {
    type Error = CorruptValue;

    fn try_from(row: MemberRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            id: check_column(MemberId::parse(&row.id), "members.id")?,
            account_id: check_column(AccountId::parse(&row.account_id), "members.account_id")?,
            account_name: check_column(AccountName::parse(&row.account_name), "accounts.name")?,
            email: check_column(Email::from_stored(&row.email), "members.email")?,
            role: Role::parse(&row.role).ok_or(CorruptValue("members.role"))?,
            time_zone: Zone::from_stored(&row.time_zone),
            deactivated: row.deactivated_at.is_some(),
        })
    }
}
