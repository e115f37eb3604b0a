//! One-time links.

use super::columns::check_column;
use super::{Executor, Result, SqlStore, Transaction, record, verdict};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use domain::{AccountId, AccountName, Email, MemberId, Role, Timestamp};
use service::store::{AuditEvent, LinkPurpose, NewLink, NodeId, TokenDigest};

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
    type Error = CorruptValue;

    fn try_from(row: LinkRow) -> Result<Self, CorruptValue> {
        if let InvitationRow {
            account_id: Some(account),
            joined_name: Some(name),
            email: Some(email),
            role: Some(role),
            invited_by: Some(by),
        } = row.invitation
        {
            return Ok(Self::Invitation {
                account: check_column(AccountId::parse(&account), "links.account_id")?,
                account_name: check_column(AccountName::parse(&name), "accounts.name")?,
                email: check_column(Email::from_stored(&email), "links.email")?,
                role: Role::parse(&role).ok_or(CorruptValue("links.role"))?,
                invited_by: check_column(MemberId::parse(&by), "links.invited_by")?,
            });
        }
        match (row.account_name, row.member_id, row.member_email) {
            (None, None, None) => Ok(Self::FirstOwner),
            (Some(name), None, None) => {
                let name = check_column(AccountName::parse(&name), "links.account_name")?;
                Ok(Self::NewAccount { name })
            }
            (None, Some(member), Some(email)) => Ok(Self::Reset {
                member: check_column(MemberId::parse(&member), "links.member_id")?,
                email: check_column(Email::from_stored(&email), "members.email")?,
            }),
            _ => Err(CorruptValue("links.member_id")),
        }
    }
}

pub(super) async fn replace(
    store: &SqlStore,
    new: NewLink,
    event: Option<AuditEvent>,
) -> Result<()> {
    let context = "storing a link";
    let mut tx = match &event {
        Some(event) => store.begin_change(&event.account_id, context).await?,
        None => store.begin_global_change(context).await?,
    };
    insert(&mut tx, &new).await?;
    if let Some(event) = &event {
        record(&mut tx, event).await?;
    }
    tx.commit().await
}

/// Stores a link for the first owner, in addition to those of other nodes.
///
/// Nodes register before they offer a link. So if two nodes start together, the second transaction
/// sees the other node and keeps its link.
pub(super) async fn offer_first_owner(
    store: &SqlStore,
    new: &NewLink,
    node: Option<&NodeId>,
) -> Result<()> {
    let mut tx = store
        .begin_global_change("storing a link for the first owner")
        .await?;
    let other_nodes_exist: bool = query_scalar(verdict::OTHER_NODES_EXIST)
        .bind(node.map_or("", NodeId::as_str))
        .fetch_one(&mut tx)
        .await?;
    if !other_nodes_exist {
        forget_first_owner(&mut tx).await?;
    }
    let kind = format!(
        "{}:{}",
        new.purpose.replacement_key(),
        hex::encode(new.digest.0)
    );
    insert_as(&mut tx, new, &kind).await?;
    tx.commit().await
}

async fn forget_first_owner(tx: &mut Transaction) -> Result<()> {
    query(FORGET_FIRST_OWNER).execute(tx).await?;
    Ok(())
}

/// Stores a link in place of the older one of its kind, and deletes expired links.
pub(super) async fn insert(tx: &mut Transaction, new: &NewLink) -> Result<()> {
    if new.purpose == LinkPurpose::FirstOwner {
        forget_first_owner(tx).await?;
    }
    insert_as(tx, new, &new.purpose.replacement_key()).await
}

async fn insert_as(tx: &mut Transaction, new: &NewLink, kind: &str) -> Result<()> {
    let (mut account_name, mut member, mut invitation) = (None, None, None);
    match &new.purpose {
        LinkPurpose::FirstOwner => {}
        LinkPurpose::NewAccount { name } => account_name = Some(name.as_str()),
        LinkPurpose::Reset { member: id, .. } => member = Some(id.as_str()),
        LinkPurpose::Invitation {
            account,
            email,
            role,
            invited_by,
            ..
        } => invitation = Some((account, email, role, invited_by)),
    }
    query(FORGET_EXPIRED)
        .bind(new.created_at.millis())
        .execute(&mut *tx)
        .await?;
    query(REPLACE)
        .bind(new.digest.0.as_slice())
        .bind(kind)
        .bind(account_name)
        .bind(member)
        .bind(invitation.map(|(account, ..)| account.as_str()))
        .bind(invitation.map(|(_, email, ..)| email.as_str()))
        .bind(invitation.map(|(.., role, _)| role.as_str()))
        .bind(invitation.map(|(.., by)| by.as_str()))
        .bind(new.created_at.millis())
        .bind(new.expires_at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn find(
    executor: impl Executor,
    digest: &TokenDigest,
    now: Timestamp,
) -> Result<Option<LinkPurpose>> {
    query(FIND)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .parse_optional::<LinkRow, _>(executor)
        .await
}

/// Uses up a link. Rolling the transaction back makes it usable again.
pub(super) async fn redeem(
    tx: &mut Transaction,
    digest: &TokenDigest,
    now: Timestamp,
) -> Result<Option<LinkPurpose>> {
    let purpose = find(&mut *tx, digest, now).await?;
    let deleted = query(USE)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .execute(tx)
        .await?;
    // If two transactions found the link, only one of them deletes it.
    Ok(purpose.filter(|_| deleted == 1))
}
