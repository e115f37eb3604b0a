//! Statements and rows. Members of one account, and invitations to it.

use crate::error::CorruptValue;
use crate::ports::columns::check_column;
use domain::{Email, MemberId, Role, Timestamp};
use service::store::{Invitation, Teammate};

macro_rules! teammates {
    ($condition:literal) => {
        concat!(
            "SELECT m.id, m.email, m.role, m.last_seen_at, m.deactivated_at, f.member_id AS factor
            FROM members m
            LEFT JOIN second_factors f ON f.member_id = m.id
            WHERE m.account_id = $1 AND ",
            $condition
        )
    };
}

/// Members in the order of their ids, which is the order of time.
pub(crate) const LIST_ACTIVE: &str =
    teammates!("m.deactivated_at IS NULL AND m.id > $2 ORDER BY m.id LIMIT +$3");

/// Like [`LIST_ACTIVE`]. One statement for both would have to sort.
pub(crate) const LIST_DEACTIVATED: &str =
    teammates!("m.deactivated_at IS NOT NULL AND m.id > $2 ORDER BY m.id LIMIT +$3");

pub(crate) const MEMBER: &str = teammates!("m.id = $2");

pub(crate) const MEMBER_BY_EMAIL: &str = teammates!("m.email = $2");

pub(crate) const CHANGE: &str = "
    UPDATE members SET role = $3, deactivated_at = $4 WHERE account_id = $1 AND id = $2";

pub(crate) const ACTIVE_OWNERS: &str = "
    SELECT count(*) FROM members
    WHERE account_id = $1 AND role = 'owner' AND deactivated_at IS NULL";

pub(crate) const HAS_ADDRESS: &str =
    "SELECT count(*) FROM members WHERE email = $2 AND account_id = $1";

macro_rules! invitations {
    ($condition:literal) => {
        concat!(
            "SELECT l.email, l.role, m.email AS invited_by, l.expires_at
            FROM links l
            JOIN members m ON m.id = l.invited_by
            WHERE l.account_id = $1 AND l.expires_at > $2 AND ",
            $condition
        )
    };
}

pub(crate) const INVITATIONS: &str = invitations!("l.email > $3 ORDER BY l.email LIMIT +$4");

pub(crate) const INVITATION: &str = invitations!("l.email = $3");

pub(crate) const WITHDRAW: &str = "DELETE FROM links WHERE account_id = $1 AND email = $2";

pub(crate) const FORGET_LINKS_OF: &str = "DELETE FROM links WHERE member_id = $1";

pub(crate) const FORGET_INVITATIONS_BY: &str = "DELETE FROM links WHERE invited_by = $1";

#[derive(sqlx::FromRow)]
pub(crate) struct TeammateRow {
    id: String,
    email: String,
    role: String,
    last_seen_at: Option<i64>,
    deactivated_at: Option<i64>,
    factor: Option<String>,
}

impl TryFrom<TeammateRow> for Teammate {
    type Error = CorruptValue;

    fn try_from(row: TeammateRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            id: check_column(MemberId::parse(&row.id), "members.id")?,
            email: check_column(Email::from_stored(&row.email), "members.email")?,
            role: Role::parse(&row.role).ok_or(CorruptValue("members.role"))?,
            last_seen_at: row.last_seen_at.map(Timestamp::from_millis),
            second_factor: row.factor.is_some(),
            deactivated_at: row.deactivated_at.map(Timestamp::from_millis),
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct InvitationRow {
    email: String,
    role: String,
    invited_by: String,
    expires_at: i64,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = CorruptValue;

    fn try_from(row: InvitationRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            email: check_column(Email::from_stored(&row.email), "links.email")?,
            role: Role::parse(&row.role).ok_or(CorruptValue("links.role"))?,
            invited_by: check_column(Email::from_stored(&row.invited_by), "members.email")?,
            expires_at: Timestamp::from_millis(row.expires_at),
        })
    }
}
