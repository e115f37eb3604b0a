//! One-time links.

use super::{Executor, Result, SqlStore, Transaction, record};
use crate::query::{query, query_scalar};
use crate::sql::link::LinkRow;
use crate::sql::{link, verdict};
use domain::Timestamp;
use service::store::{AuditEvent, LinkPurpose, NewLink, NodeId, TokenDigest};

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
    own: Option<&NodeId>,
) -> Result<()> {
    let mut tx = store
        .begin_global_change("storing a link for the first owner")
        .await?;
    let others: bool = query_scalar(verdict::OTHERS)
        .bind(own.map_or("", NodeId::as_str))
        .fetch_one(&mut tx)
        .await?;
    if !others {
        forget_first_owner(&mut tx).await?;
    }
    let kind = format!("{}:{}", new.purpose.same_kind(), hex::encode(new.digest.0));
    insert_as(&mut tx, new, &kind).await?;
    tx.commit().await
}

async fn forget_first_owner(tx: &mut Transaction) -> Result<()> {
    query(link::FORGET_FIRST_OWNER).execute(tx).await?;
    Ok(())
}

/// Stores a link in place of the older one of its kind, and deletes expired links.
pub(super) async fn insert(tx: &mut Transaction, new: &NewLink) -> Result<()> {
    if new.purpose == LinkPurpose::FirstOwner {
        forget_first_owner(tx).await?;
    }
    insert_as(tx, new, &new.purpose.same_kind()).await
}

async fn insert_as(tx: &mut Transaction, new: &NewLink, kind: &str) -> Result<()> {
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
    query(link::FORGET_EXPIRED)
        .bind(new.created_at.millis())
        .execute(&mut *tx)
        .await?;
    query(link::REPLACE)
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
    query(link::FIND)
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
    let used = query(link::USE)
        .bind(digest.0.as_slice())
        .bind(now.millis())
        .execute(tx)
        .await?;
    // If two transactions found the link, only one of them deletes it.
    Ok(purpose.filter(|_| used == 1))
}
