//! Row of a member, with the statements on members that several ports run.

use super::columns::check_column;
use super::{Result, Transaction};
use crate::error::CorruptValue;
use crate::query::query;
use domain::{AccountId, AccountName, Email, MemberId, Role};
use service::Zone;
use service::store::MemberRecord;

pub(crate) const INSERT_MEMBER: &str = "
    INSERT INTO members (id, account_id, email, role, password_hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (account_id, email) DO NOTHING";

pub(crate) const SET_PASSWORD: &str = "UPDATE members SET password_hash = $2 WHERE id = $1";

/// Returns whether the member still has the password that was verified against `$2`.
pub(crate) const HAS_PASSWORD: &str =
    "SELECT EXISTS (SELECT 1 FROM members WHERE id = $1 AND password_hash = $2)";

/// The time never goes backwards.
pub(crate) const UPDATE_LAST_SEEN: &str = "
    UPDATE members SET last_seen_at = $2
    WHERE id = $1 AND (last_seen_at IS NULL OR last_seen_at < $2)";

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

/// Runs `statement`, which deletes rows of a member, such as their links.
pub(super) async fn forget(
    tx: &mut Transaction,
    statement: &'static str,
    member: &MemberId,
) -> Result<()> {
    query(statement).bind(member.as_str()).execute(tx).await?;
    Ok(())
}
