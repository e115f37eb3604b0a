//! One-time links.

use super::{Connection, Executor, LockScope, Result, Store, read, record};
use crate::error::Doing as _;
use crate::sql::link::LinkRow;
use crate::sql::{link, verdict};
use domain::Timestamp;
use service::store::{AuditEvent, LinkPurpose, NewLink, NodeId, TokenDigest};

pub(super) async fn replace(store: &Store, new: NewLink, event: Option<AuditEvent>) -> Result<()> {
    const DOING: &str = "storing a link";
    let turn = match &event {
        Some(event) => LockScope::Account(&event.account_id),
        None => LockScope::Installation,
    };
    let mut tx = store.begin(turn, DOING).await?;
    insert(&mut tx, &new).await?;
    if let Some(event) = &event {
        record(&mut tx, event).await?;
    }
    tx.commit().await.doing(DOING)
}

/// Stores a link for the first owner, in addition to those of other nodes.
///
/// Nodes register before they offer a link. So if two nodes start together, the second transaction
/// sees the other node and keeps its link.
pub(super) async fn offer_first_owner(
    store: &Store,
    new: &NewLink,
    own: Option<&NodeId>,
) -> Result<()> {
    const DOING: &str = "storing a link for the first owner";
    let mut tx = store.begin(LockScope::Installation, DOING).await?;
    let others: bool = sqlx::query_scalar(verdict::OTHERS)
        .bind(own.map_or("", NodeId::as_str))
        .fetch_one(&mut *tx)
        .await
        .doing(DOING)?;
    if !others {
        forget_first_owner(&mut tx).await?;
    }
    let kind = format!("{}:{}", new.purpose.same_kind(), hex::encode(new.digest.0));
    insert_as(&mut tx, new, &kind).await?;
    tx.commit().await.doing(DOING)
}

async fn forget_first_owner(connection: &mut Connection) -> Result<()> {
    sqlx::query(link::FORGET_FIRST_OWNER)
        .execute(connection)
        .await
        .doing("ending the links for the first owner")?;
    Ok(())
}

/// Stores a link in place of the older one of its kind, and deletes expired links.
pub(super) async fn insert(connection: &mut Connection, new: &NewLink) -> Result<()> {
    if new.purpose == LinkPurpose::FirstOwner {
        forget_first_owner(connection).await?;
    }
    insert_as(connection, new, &new.purpose.same_kind()).await
}

async fn insert_as(connection: &mut Connection, new: &NewLink, kind: &str) -> Result<()> {
    const DOING: &str = "storing a link";
    let (mut account_name, mut member, mut invitation) = (None, None, None);
    match &new.purpose {
        LinkPurpose::FirstOwner => {}
        LinkPurpose::NewAccount { name } => account_name = Some(name.as_str()),
        LinkPurpose::Reset { member: of, .. } => member = Some(of.as_str()),
        LinkPurpose::Invitation {
            account,
            email,
            role,
            invited_by,
            ..
        } => invitation = Some((account, email, role, invited_by)),
    }
    sqlx::query(link::FORGET_EXPIRED)
        .bind(new.created_at.millis())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    sqlx::query(link::REPLACE)
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
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

pub(super) async fn find(
    executor: impl Executor<'_>,
    digest: &TokenDigest,
    now: Timestamp,
) -> Result<Option<LinkPurpose>> {
    const DOING: &str = "finding a link";
    let row: Option<LinkRow> = sqlx::query_as(link::FIND)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .fetch_optional(executor)
        .await
        .doing(DOING)?;
    read(row, DOING)
}

/// Uses up a link. Rolling the transaction back makes it usable again.
pub(super) async fn redeem(
    connection: &mut Connection,
    digest: &TokenDigest,
    now: Timestamp,
) -> Result<Option<LinkPurpose>> {
    let purpose = find(&mut *connection, digest, now).await?;
    let used = sqlx::query(link::USE)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .execute(connection)
        .await
        .doing("using a link")?;
    // If two transactions found the link, only one of them deletes it.
    Ok(purpose.filter(|_| used.rows_affected() == 1))
}
