//! One-time links.

use super::parsed;
use crate::error::Corrupt;
use domain::{AccountName, Email, MemberId};
use service::store::LinkPurpose;

/// At most one link of a kind is alive: a fresh one takes the place of the older.
pub(crate) const REPLACE: &str = "
    INSERT INTO links (digest, kind, account_name, member_id, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (kind) DO UPDATE SET
        digest = excluded.digest,
        account_name = excluded.account_name,
        member_id = excluded.member_id,
        created_at = excluded.created_at,
        expires_at = excluded.expires_at";

pub(crate) const FORGET_EXPIRED: &str = "DELETE FROM links WHERE expires_at <= $1";

pub(crate) const FIND: &str = "
    SELECT l.account_name, l.member_id, m.email
    FROM links l
    LEFT JOIN members m ON m.id = l.member_id
    WHERE l.digest = $1 AND l.expires_at > $2";

pub(crate) const USE: &str = "DELETE FROM links WHERE digest = $1 AND expires_at > $2";

#[derive(sqlx::FromRow)]
pub(crate) struct LinkRow {
    account_name: Option<String>,
    member_id: Option<String>,
    email: Option<String>,
}

impl TryFrom<LinkRow> for LinkPurpose {
    type Error = Corrupt;

    fn try_from(row: LinkRow) -> Result<Self, Corrupt> {
        match (row.account_name, row.member_id, row.email) {
            (None, None, None) => Ok(Self::FirstOwner),
            (Some(name), None, None) => {
                let name = parsed(AccountName::parse(&name), "links.account_name")?;
                Ok(Self::NewAccount { name })
            }
            (None, Some(member), Some(email)) => Ok(Self::Reset {
                member: parsed(MemberId::parse(&member), "links.member_id")?,
                email: parsed(Email::parse(&email), "members.email")?,
            }),
            _ => Err(Corrupt("links.member_id")),
        }
    }
}
