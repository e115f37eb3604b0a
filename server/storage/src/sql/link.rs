//! One-time links.

use super::parsed;
use crate::error::Corrupt;
use domain::{AccountId, AccountName, Email, MemberId, Role};
use service::store::LinkPurpose;

/// At most one link of each kind is valid: a new one replaces the older.
pub(crate) const REPLACE: &str = "
    INSERT INTO links
        (digest, kind, account_name, member_id, account_id, email, role, invited_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (kind) DO UPDATE SET
        digest = excluded.digest,
        account_name = excluded.account_name,
        member_id = excluded.member_id,
        account_id = excluded.account_id,
        email = excluded.email,
        role = excluded.role,
        invited_by = excluded.invited_by,
        created_at = excluded.created_at,
        expires_at = excluded.expires_at";

/// The kind of such a link is `first-owner`, or `first-owner:` and its digest. `;` is the character
/// after the colon.
pub(crate) const FORGET_FIRST_OWNER: &str =
    "DELETE FROM links WHERE kind >= 'first-owner' AND kind < 'first-owner;'";

pub(crate) const FORGET_EXPIRED: &str = "DELETE FROM links WHERE expires_at <= $1";

pub(crate) const FIND: &str = "
    SELECT l.account_name, l.member_id, m.email AS member_email,
           l.account_id, a.name AS joined_name, l.email, l.role, l.invited_by
    FROM links l
    LEFT JOIN members m ON m.id = l.member_id
    LEFT JOIN accounts a ON a.id = l.account_id
    WHERE l.digest = $1 AND l.expires_at > $2";

pub(crate) const USE: &str = "DELETE FROM links WHERE digest = $1 AND expires_at > $2";

#[derive(sqlx::FromRow)]
pub(crate) struct LinkRow {
    account_name: Option<String>,
    member_id: Option<String>,
    member_email: Option<String>,
    #[sqlx(flatten)]
    invitation: InvitationRow,
}

/// Either all columns are present, or none.
#[derive(sqlx::FromRow)]
struct InvitationRow {
    account_id: Option<String>,
    joined_name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    invited_by: Option<String>,
}

impl TryFrom<LinkRow> for LinkPurpose {
    type Error = Corrupt;

    fn try_from(row: LinkRow) -> Result<Self, Corrupt> {
        if let InvitationRow {
            account_id: Some(account),
            joined_name: Some(name),
            email: Some(email),
            role: Some(role),
            invited_by: Some(by),
        } = row.invitation
        {
            return Ok(Self::Invitation {
                account: parsed(AccountId::parse(&account), "links.account_id")?,
                account_name: parsed(AccountName::parse(&name), "accounts.name")?,
                email: parsed(Email::from_stored(&email), "links.email")?,
                role: Role::parse(&role).ok_or(Corrupt("links.role"))?,
                invited_by: parsed(MemberId::parse(&by), "links.invited_by")?,
            });
        }
        match (row.account_name, row.member_id, row.member_email) {
            (None, None, None) => Ok(Self::FirstOwner),
            (Some(name), None, None) => {
                let name = parsed(AccountName::parse(&name), "links.account_name")?;
                Ok(Self::NewAccount { name })
            }
            (None, Some(member), Some(email)) => Ok(Self::Reset {
                member: parsed(MemberId::parse(&member), "links.member_id")?,
                email: parsed(Email::from_stored(&email), "members.email")?,
            }),
            _ => Err(Corrupt("links.member_id")),
        }
    }
}
