//! Leads: people who asked to be contacted.

mod statements;

pub(crate) use statements::*;

use super::{
    Executor, PageRow, Result, SqlStore, Transaction, idempotency, quota, read_page, record,
};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, LeadId, LeadStatus, Resource, Timestamp};
use service::leads::{Lead, LeadChange, LeadEdits};
use service::store::{AuditEvent, LeadStore, PAGE_BYTES, Page, QuotaStore as _};

#[async_trait]
impl LeadStore for SqlStore {
    async fn insert_lead(&self, account: &AccountId, lead: &Lead, event: AuditEvent) -> Result<()> {
        let mut tx = self.begin_change(account, "storing a lead").await?;
        let before = quota::count_leads(&mut tx, account).await?;
        let number = next_change(&mut tx, account).await?;
        let fields = &lead.fields;
        query(INSERT)
            .bind(account.as_str())
            .bind(lead.id.as_str())
            .bind(number)
            .bind(fields.name.as_deref())
            .bind(fields.email.as_deref())
            .bind(fields.phone.as_deref())
            .bind(fields.message.as_deref())
            .bind(fields.source.as_deref())
            .bind(fields.item_id.as_deref())
            .bind(fields.status.as_str())
            .bind(fields.external_id.as_deref())
            .bind(fields.note.as_deref())
            .bind(lead.created_at.millis())
            .bind(lead.updated_at.millis())
            .execute(&mut tx)
            .await?;
        let after = quota::count_leads(&mut tx, account).await?;
        quota::check(self.quotas(), Resource::Leads, before, after)?;
        record(&mut tx, &event).await?;
        tx.commit().await
    }

    async fn update_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        edits: &LeadEdits,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Lead, Vec<&'static str>) -> AuditEvent + Send + Sync),
    ) -> Result<Option<Lead>> {
        let mut tx = self.begin_change(account, "changing a lead").await?;
        // The account's lock keeps the lead unchanged until this transaction ends.
        let Some(mut lead) = find(&mut tx, account, id).await? else {
            return Ok(None);
        };
        let changed = edits.apply(&mut lead.fields);
        if changed.is_empty() {
            return Ok(Some(lead));
        }
        lead.updated_at = now;
        let number = next_change(&mut tx, account).await?;
        query(UPDATE)
            .bind(account.as_str())
            .bind(id.as_str())
            .bind(number)
            .bind(lead.fields.status.as_str())
            .bind(lead.fields.external_id.as_deref())
            .bind(lead.fields.note.as_deref())
            .bind(now.millis())
            .execute(&mut tx)
            .await?;
        record(&mut tx, &event(&lead, changed)).await?;
        tx.commit().await?;
        Ok(Some(lead))
    }

    async fn erase_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self.begin_change(account, "erasing a lead").await?;
        let number = next_change(&mut tx, account).await?;
        let erased_rows = query(ERASE)
            .bind(account.as_str())
            .bind(id.as_str())
            .bind(number)
            .bind(now.millis())
            .execute(&mut tx)
            .await?;
        if erased_rows == 0 {
            return Ok(false);
        }
        query(idempotency::FORGET_LEAD)
            .bind(account.as_str())
            .bind(id.as_str())
            .execute(&mut tx)
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn find_lead(&self, account: &AccountId, id: &LeadId) -> Result<Option<Lead>> {
        find(self.readers("finding a lead"), account, id).await
    }

    async fn lead_changes(
        &self,
        account: &AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LeadChange>> {
        query(CHANGES)
            .bind(account.as_str())
            .bind(to_database(after))
            .bind(i64::from(limit))
            .bind(i64::from(PAGE_BYTES))
            .parse_all::<LeadRow, _>(self.listings("listing changes of leads"))
            .await
    }

    async fn last_lead_change(&self, account: &AccountId) -> Result<u64> {
        let last: Option<i64> = query_scalar(LAST_CHANGE)
            .bind(account.as_str())
            .fetch_optional(self.readers("finding the last change of the leads"))
            .await?;
        Ok(last.unwrap_or_default().unsigned_abs())
    }

    async fn newest_leads(
        &self,
        account: &AccountId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<(u64, Lead)>> {
        let rows: Vec<PageRow<LeadRow>> = query(NEWEST)
            .bind(account.as_str())
            .bind(before.map_or(i64::MAX, to_database))
            .bind(i64::from(limit) + 1)
            .bind(i64::from(PAGE_BYTES))
            .fetch_all(self.listings("listing leads"))
            .await?;
        read_page(rows, limit)
    }

    async fn count_leads(&self, account: &AccountId) -> Result<u64> {
        let count: i64 = query_scalar(COUNT)
            .bind(account.as_str())
            .fetch_one(self.listings("counting leads"))
            .await?;
        Ok(count.unsigned_abs())
    }

    async fn count_leads_by_status(&self, account: &AccountId) -> Result<Vec<(LeadStatus, u64)>> {
        query(COUNT_BY_STATUS)
            .bind(account.as_str())
            .parse_all::<StatusRow, _>(self.listings("counting leads by their status"))
            .await
    }
}

async fn find(executor: impl Executor, account: &AccountId, id: &LeadId) -> Result<Option<Lead>> {
    query(FIND)
        .bind(account.as_str())
        .bind(id.as_str())
        .parse_optional::<LeadRow, _>(executor)
        .await
}

/// Draws the number of the change that the transaction makes. A rollback returns it.
async fn next_change(tx: &mut Transaction, account: &AccountId) -> Result<i64> {
    query_scalar(NEXT_CHANGE)
        .bind(account.as_str())
        .fetch_one(tx)
        .await
}

/// Converts a number for the database. No change has a number that the database cannot store.
fn to_database(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
