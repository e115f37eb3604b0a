//! One-time links.

use super::{Result, SqliteStore, read};
use crate::error::Doing as _;
use crate::sql::link;
use crate::sql::link::LinkRow;
use domain::Timestamp;
use service::store::{LinkPurpose, NewLink, TokenDigest};
use sqlx::{SqliteConnection, SqliteExecutor};

pub(super) async fn replace(store: &SqliteStore, new: NewLink) -> Result<()> {
    const DOING: &str = "storing a link";
    let (account_name, member) = match &new.purpose {
        LinkPurpose::FirstOwner => (None, None),
        LinkPurpose::NewAccount { name } => (Some(name.as_str()), None),
        LinkPurpose::Reset { member, .. } => (None, Some(member.as_str())),
    };
    let mut tx = store.begin(DOING).await?;
    sqlx::query(link::FORGET_EXPIRED)
        .bind(new.created_at.millis())
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    sqlx::query(link::REPLACE)
        .bind(new.digest.0.as_slice())
        .bind(new.purpose.same_kind())
        .bind(account_name)
        .bind(member)
        .bind(new.created_at.millis())
        .bind(new.expires_at.millis())
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    tx.commit().await.doing(DOING)
}

pub(super) async fn find(
    executor: impl SqliteExecutor<'_>,
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

/// Uses a link up. Rolling the transaction back makes it usable again.
pub(super) async fn redeem(
    connection: &mut SqliteConnection,
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
    // Only one of two transactions that both found it deletes it.
    Ok(purpose.filter(|_| used.rows_affected() == 1))
}
