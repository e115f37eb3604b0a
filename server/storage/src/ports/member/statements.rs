//! Statements and rows. Accounts and their members.

use crate::error::CorruptValue;
use crate::ports::member_row::MemberRow;
use service::store::Candidate;

/// If no currency is chosen, the account has the default.
pub(crate) const INSERT_ACCOUNT: &str = "
    INSERT INTO accounts (id, name, created_at, currency, currency_chosen, time_zone)
    VALUES ($1, $2, $3, coalesce($4, 'USD'), CASE WHEN $4 IS NULL THEN 0 ELSE 1 END,
        coalesce($5, 'UTC'))";

pub(crate) const PASSWORD_HASH: &str = "SELECT password_hash FROM members WHERE id = $1";

/// Older members come before newer ones, in the order of the index.
pub(crate) const ACTIVE_BY_EMAIL: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at, m.password_hash
    FROM members m
    JOIN accounts a ON a.id = m.account_id
    WHERE m.email = $1 AND m.deactivated_at IS NULL
    ORDER BY m.id
    LIMIT +$2";

/// Like [`ACTIVE_BY_EMAIL`]. One statement for both would have to sort.
pub(crate) const DEACTIVATED_BY_EMAIL: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at, m.password_hash
    FROM members m
    JOIN accounts a ON a.id = m.account_id
    WHERE m.email = $1 AND m.deactivated_at IS NOT NULL
    ORDER BY m.id
    LIMIT +$2";

pub(crate) const FIND: &str = "
    SELECT m.id, m.account_id, a.name AS account_name, m.email, m.role, a.time_zone,
           m.deactivated_at
    FROM members m
    JOIN accounts a ON a.id = m.account_id
    WHERE m.id = $1";

/// Counts at most `$1` accounts.
pub(crate) const COUNT_ACCOUNTS: &str =
    "SELECT count(*) FROM (SELECT id FROM accounts LIMIT +$1) AS some_accounts";

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
