//! Settings of an account.

use super::{Executor, Result, SqlStore, record};
use crate::query::query;
use crate::sql::account;
use crate::sql::account::AccountRow;
use domain::AccountId;
use service::store::{AccountChange, AccountSettings, AuditEvent};

pub(super) async fn find(
    executor: impl Executor,
    id: &AccountId,
) -> Result<Option<AccountSettings>> {
    query(account::FIND)
        .bind(id.as_str())
        .parse_optional::<AccountRow, _>(executor)
        .await
}

pub(super) async fn change(
    store: &SqlStore,
    id: &AccountId,
    before: &AccountSettings,
    after: &AccountSettings,
    event: &(dyn Fn(&AccountSettings) -> AuditEvent + Send + Sync),
) -> Result<AccountChange> {
    let mut tx = store.begin_change(id, "changing an account").await?;
    let stored = find(&mut tx, id).await?;
    if stored.as_ref() == Some(after) {
        return Ok(AccountChange::Same);
    }
    if stored.as_ref() != Some(before) {
        return Ok(AccountChange::Differs);
    }
    query(account::CHANGE)
        .bind(id.as_str())
        .bind(after.name.as_str())
        .bind(after.currency.code())
        .bind(i64::from(after.limit.depth()))
        .bind(i64::from(after.limit.per_second()))
        .bind(after.time_zone.name())
        .bind(i64::from(after.key_policy.must_expire()))
        .bind(after.key_policy.max_days().map(i64::from))
        .execute(&mut tx)
        .await?;
    record(&mut tx, &event(before)).await?;
    tx.commit().await?;
    Ok(AccountChange::Changed)
}
