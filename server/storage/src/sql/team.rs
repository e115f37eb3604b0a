//! The people of one account.

use super::parsed;
use crate::error::Corrupt;
use domain::{Email, MemberId, Role};
use service::store::Teammate;

pub(crate) const MEMBERS: &str = "
    SELECT id, email, role FROM members WHERE account_id = $1 ORDER BY id";

#[derive(sqlx::FromRow)]
pub(crate) struct TeammateRow {
    id: String,
    email: String,
    role: String,
}

impl TryFrom<TeammateRow> for Teammate {
    type Error = Corrupt;

    fn try_from(row: TeammateRow) -> Result<Self, Corrupt> {
        Ok(Self {
            id: parsed(MemberId::parse(&row.id), "members.id")?,
            email: parsed(Email::parse(&row.email), "members.email")?,
            role: Role::parse(&row.role).ok_or(Corrupt("members.role"))?,
        })
    }
}
