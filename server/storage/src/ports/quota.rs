//! Quotas of accounts.
//!
//! Each change that can exceed a quota counts before and after it, in its own transaction. The
//! account's lock keeps other changes out meanwhile, so the counts are exact.

use super::{Executor, Result, SqlStore, Transaction};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Resource, Timestamp};
use service::store::{OverQuota, QuotaStore, Quotas, StoreError, Usage};
use std::sync::PoisonError;

/// Maintained by triggers, like the number of leads (see the migration that creates the tables).
pub(crate) const ITEMS: &str = "SELECT items, bytes FROM item_usage WHERE account_id = $1";

pub(crate) const LEADS: &str = "SELECT leads FROM lead_usage WHERE account_id = $1";

/// Keys that are neither revoked nor expired.
pub(crate) const LIVE_KEYS: &str = "
    SELECT count(*) FROM api_keys
    WHERE account_id = $1 AND live = 1 AND (expires_at IS NULL OR expires_at > $2)";

pub(crate) const MEMBERS: &str = "
    SELECT count(*) FROM members WHERE account_id = $1 AND deactivated_at IS NULL";

pub(crate) const INVITATIONS: &str = "
    SELECT count(*) FROM links WHERE account_id = $1 AND email IS NOT NULL AND expires_at > $2";

#[async_trait]
impl QuotaStore for SqlStore {
    fn limit_accounts(&self, quotas: Quotas) {
        *self.quotas.write().unwrap_or_else(PoisonError::into_inner) = quotas;
    }

    fn quotas(&self) -> Quotas {
        *self.quotas.read().unwrap_or_else(PoisonError::into_inner)
    }

    async fn usage(&self, account: &AccountId, now: Timestamp) -> Result<Usage> {
        let readers = self.readers("counting what an account has");
        let items = ItemUsage::of(readers, account).await?;
        let members = count(readers, MEMBERS, account, None).await?;
        let invitations = count(readers, INVITATIONS, account, Some(now)).await?;
        Ok(Usage {
            items: items.number,
            item_bytes: items.bytes,
            leads: count_leads(readers, account).await?,
            keys: count(readers, LIVE_KEYS, account, Some(now)).await?,
            members: members + invitations,
        })
    }

    async fn number_of_items(&self, account: &AccountId) -> Result<u64> {
        Ok(
            ItemUsage::of(self.readers("counting what an account has"), account)
                .await?
                .number,
        )
    }
}

/// Number and size of an account's items, as maintained by triggers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ItemUsage {
    number: u64,
    bytes: u64,
}

impl ItemUsage {
    pub(super) async fn of(executor: impl Executor, account: &AccountId) -> Result<Self> {
        let row: Option<(i64, i64)> = query(ITEMS)
            .bind(account.as_str())
            .fetch_optional(executor)
            .await?;
        let (items, bytes) = row.unwrap_or_default();
        Ok(Self {
            number: number(items, "item_usage.items")?,
            bytes: number(bytes, "item_usage.bytes")?,
        })
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Checks the items that the transaction has stored against the quotas. `self`
    /// contains the counts before the change.
    pub(super) async fn check(
        self,
        tx: &mut Transaction,
        quotas: Quotas,
        account: &AccountId,
    ) -> Result<()> {
        let after = Self::of(tx, account).await?;
        check(quotas, Resource::Items, self.number, after.number)?;
        check(quotas, Resource::ItemBytes, self.bytes, after.bytes)
    }
}

/// Returns the number of an account's leads, as maintained by triggers.
pub(super) async fn count_leads(executor: impl Executor, account: &AccountId) -> Result<u64> {
    let leads: Option<i64> = query_scalar(LEADS)
        .bind(account.as_str())
        .fetch_optional(executor)
        .await?;
    number(leads.unwrap_or_default(), "lead_usage.leads")
}

/// Checks the quota of keys after a key was added. `added` is by how much the number of live keys
/// has grown.
pub(super) async fn check_keys(
    tx: &mut Transaction,
    quotas: Quotas,
    account: &AccountId,
    now: Timestamp,
    added: u64,
) -> Result<()> {
    if quotas.keys.is_none() {
        return Ok(());
    }
    let keys = count(tx, LIVE_KEYS, account, Some(now)).await?;
    check(quotas, Resource::Keys, keys.saturating_sub(added), keys)
}

/// Returns the number of active members and open invitations.
pub(super) async fn count_members(
    tx: &mut Transaction,
    account: &AccountId,
    now: Timestamp,
) -> Result<u64> {
    let members = count(&mut *tx, MEMBERS, account, None).await?;
    let invitations = count(tx, INVITATIONS, account, Some(now)).await?;
    Ok(members + invitations)
}

/// Checks one quota.
///
/// # Errors
/// [`StoreError::OverQuota`] if `after` exceeds both the quota and `before`.
pub(super) fn check(quotas: Quotas, resource: Resource, before: u64, after: u64) -> Result<()> {
    match quotas.exceeded(resource, before, after) {
        Some(limit) => Err(StoreError::OverQuota(OverQuota { resource, limit })),
        None => Ok(()),
    }
}

async fn count(
    executor: impl Executor,
    statement: &'static str,
    account: &AccountId,
    now: Option<Timestamp>,
) -> Result<u64> {
    let query = query_scalar(statement).bind(account.as_str());
    let query = match now {
        Some(now) => query.bind(now.millis()),
        None => query,
    };
    let count: i64 = query.fetch_one(executor).await?;
    Ok(count.unsigned_abs())
}

fn number(stored: i64, column: &'static str) -> Result<u64> {
    Ok(u64::try_from(stored).map_err(|_| CorruptValue(column))?)
}
