//! Settings of an account.

use super::{Executor, LockScope, Result, Store, read, record};
use crate::error::Doing as _;
use crate::sql::account;
use crate::sql::account::AccountRow;
use domain::AccountId;
use service::store::{AccountChange, AccountSettings, AuditEvent};

pub(super) async fn find(
    executor: impl Executor<'_>,
    id: &AccountId,
) -> Result<Option<AccountSettings>> {
    const DOING: &str = "finding an account";
    let row: Option<AccountRow> = sqlx::query_as(account::FIND)
        .bind(id.as_str())
        .fetch_optional(executor)
        .await
        .doing(DOING)?;
    read(row, DOING)
}

pub(super) async fn change(
    store: &Store,
    id: &AccountId,
    before: &AccountSettings,
    after: &AccountSettings,
    event: &(dyn Fn(&AccountSettings) -> AuditEvent + Send + Sync),
) -> Result<AccountChange> {
    const DOING: &str = "changing an account";
    let mut tx = store.begin(LockScope::Account(id), DOING).await?;
    let stored = find(&mut *tx, id).await?;
    if stored.as_ref() == Some(after) {
        return Ok(AccountChange::Same);
    }
    if stored.as_ref() != Some(before) {
        return Ok(AccountChange::Differs);
    }
    sqlx::query(account::CHANGE)
        .bind(id.as_str())
        .bind(after.name.as_str())
        .bind(after.currency.code())
        .bind(i64::from(after.limit.depth()))
        .bind(i64::from(after.limit.per_second()))
        .bind(after.time_zone.name())
        .bind(i64::from(after.key_policy.must_expire()))
        .bind(after.key_policy.max_days().map(i64::from))
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    record(&mut tx, &event(before)).await?;
    tx.commit().await.doing(DOING)?;
    Ok(AccountChange::Changed)
}
