//! Sign-ins with a password alone. See [`super::factor`] for those with a second factor.

use super::{Result, SqlStore, factor, record, session};
use crate::query::query;
use service::store::{AuditEvent, NewSession};

/// Opens a session. Returns `false` if the password alone is not enough any more.
pub(super) async fn open(
    store: &SqlStore,
    new: NewSession,
    password_hash: &str,
    forget: &[String],
    event: &AuditEvent,
) -> Result<bool> {
    let mut tx = store
        .begin_change(&event.account_id, "opening a session")
        .await?;
    // The password was verified before this transaction. Since then, it may have been changed, or a
    // second factor enabled.
    if !session::has_password(&mut tx, &new.member_id, password_hash).await?
        || factor::is_enabled(&mut tx, &new.member_id).await?
    {
        return Ok(false);
    }
    query(session::FORGET_EXPIRED)
        .bind(new.created_at.millis())
        .execute(&mut tx)
        .await?;
    if !session::insert(&mut tx, &new).await? {
        return Ok(false);
    }
    for subject in forget {
        session::forget_failures(&mut tx, subject).await?;
    }
    record(&mut tx, event).await?;
    tx.commit().await?;
    Ok(true)
}
