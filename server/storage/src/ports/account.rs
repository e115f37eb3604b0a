//! Settings of an account.

use super::columns::{check_column, number};
use super::{Executor, Result, SqlStore, record};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use domain::{AccountId, AccountName, KeyPolicy, RateLimit, Timestamp};
use service::Zone;
use service::inventory::Currency;
use service::store::{AccountSettings, AuditEvent, ChangeAccountOutcome};

pub(crate) const FIND: &str = "
    SELECT name, currency, limit_depth, limit_per_second, time_zone, keys_must_expire, key_max_days
    FROM accounts WHERE id = $1";

/// The earlier currency is that of the items that were stored without one. The form of the settings
/// contains the currency, so a change chooses it.
pub(crate) const CHANGE: &str = "
    UPDATE accounts
    SET name = $2, earlier_currency = coalesce(earlier_currency, currency), currency = $3,
        currency_chosen = 1, limit_depth = $4, limit_per_second = $5, time_zone = $6,
        keys_must_expire = $7, key_max_days = $8
    WHERE id = $1";

pub(crate) const CURRENCY_CHOSEN: &str = "SELECT currency_chosen FROM accounts WHERE id = $1";

pub(crate) const CREATION_STOPPED: &str = "SELECT creation_stopped_at FROM accounts WHERE id = $1";

#[derive(sqlx::FromRow)]
pub(crate) struct AccountRow {
    name: String,
    currency: String,
    limit_depth: i64,
    limit_per_second: i64,
    time_zone: String,
    keys_must_expire: i64,
    key_max_days: Option<i64>,
}

impl TryFrom<AccountRow> for AccountSettings {
    type Error = CorruptValue;

    fn try_from(row: AccountRow) -> Result<Self, CorruptValue> {
        let limit = RateLimit::new(
            number(row.limit_depth, "accounts.limit_depth")?,
            number(row.limit_per_second, "accounts.limit_per_second")?,
        );
        let max_days = row
            .key_max_days
            .map(|days| number(days, "accounts.key_max_days"));
        let policy = KeyPolicy::new(row.keys_must_expire != 0, max_days.transpose()?);
        Ok(Self {
            name: check_column(AccountName::parse(&row.name), "accounts.name")?,
            currency: Currency::parse(&row.currency).ok_or(CorruptValue("accounts.currency"))?,
            limit: check_column(limit, "accounts.limit_depth")?,
            time_zone: Zone::from_stored(&row.time_zone),
            key_policy: check_column(policy, "accounts.key_max_days")?,
        })
    }
}

pub(super) async fn find(
    executor: impl Executor,
    id: &AccountId,
) -> Result<Option<AccountSettings>> {
    query(FIND)
        .bind(id.as_str())
        .parse_optional::<AccountRow, _>(executor)
        .await
}

/// Returns whether the currency of an account was chosen: at set-up, or with a change of the
/// settings.
pub(super) async fn has_chosen_currency(executor: impl Executor, id: &AccountId) -> Result<bool> {
    let chosen: Option<i64> = query_scalar(CURRENCY_CHOSEN)
        .bind(id.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(chosen == Some(1))
}

pub(super) async fn change(
    store: &SqlStore,
    id: &AccountId,
    before: &AccountSettings,
    after: &AccountSettings,
    event: &(dyn Fn(&AccountSettings) -> AuditEvent + Send + Sync),
) -> Result<ChangeAccountOutcome> {
    let mut tx = store.begin_change(id, "changing an account").await?;
    let stored = find(&mut tx, id).await?;
    let is_same = stored.as_ref() == Some(after);
    // Saving the first currency chooses it, although it is the same.
    if is_same && has_chosen_currency(&mut tx, id).await? {
        return Ok(ChangeAccountOutcome::Same);
    }
    if !is_same && stored.as_ref() != Some(before) {
        return Ok(ChangeAccountOutcome::Differs);
    }
    query(CHANGE)
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
    if !is_same {
        record(&mut tx, &event(before)).await?;
    }
    tx.commit().await?;
    Ok(if is_same {
        ChangeAccountOutcome::Same
    } else {
        ChangeAccountOutcome::Changed
    })
}

/// Returns the time at which the account stopped the creation of keys, if it is stopped.
pub(super) async fn creation_stopped_at(
    executor: impl Executor,
    account: &AccountId,
) -> Result<Option<Timestamp>> {
    let creation_stopped_at: Option<Option<i64>> = query_scalar(CREATION_STOPPED)
        .bind(account.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(creation_stopped_at.flatten().map(Timestamp::from_millis))
}
