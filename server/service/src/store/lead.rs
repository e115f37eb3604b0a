//! Leads: people who asked an account to contact them.

use super::{AuditEvent, Page, Result};
use crate::lead::{Lead, LeadChange, LeadEdits};
use async_trait::async_trait;
use domain::{AccountId, LeadId, LeadStatus, Timestamp};

/// Leads: people who asked an account to contact them.
///
/// Every change of a lead takes the next number of its account, in the transaction of the change. A
/// reader that has seen a number has seen every smaller one, or a later change of the same lead.
#[async_trait]
pub trait LeadStore: Send + Sync + 'static {
    /// Stores a lead whose id is new.
    async fn insert_lead(&self, account: &AccountId, lead: &Lead, event: AuditEvent) -> Result<()>;

    /// Applies the edits and returns the lead after them, or `None` if the lead does not exist or
    /// is erased.
    ///
    /// If the edits change nothing, the lead keeps its number and its `updated_at`, and nothing is
    /// recorded. Otherwise `event` receives the changed lead and the names of the fields that
    /// changed.
    async fn update_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        edits: &LeadEdits,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Lead, Vec<&'static str>) -> AuditEvent + Send + Sync),
    ) -> Result<Option<Lead>>;

    /// Overwrites everything that is stored about the person, including the responses that are kept
    /// for an idempotency key. The id and the time of the erasure stay.
    ///
    /// Returns `false` if the lead does not exist or is erased already; then no event is recorded.
    async fn erase_lead(
        &self,
        account: &AccountId,
        id: &LeadId,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Returns a lead, or `None` if it does not exist or is erased.
    async fn find_lead(&self, account: &AccountId, id: &LeadId) -> Result<Option<Lead>>;

    /// Returns up to `limit` leads whose last change has a number above `after`, oldest change
    /// first, and not more than fit into [`PAGE_BYTES`](super::PAGE_BYTES). Erased leads are
    /// included.
    async fn lead_changes(
        &self,
        account: &AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LeadChange>>;

    /// Returns the number of the account's last change; 0 before the first.
    async fn last_lead_change(&self, account: &AccountId) -> Result<u64>;

    /// Returns up to `limit` leads whose last change has a number below `before`, newest change
    /// first, and not more than fit into [`PAGE_BYTES`](super::PAGE_BYTES). Erased leads are not
    /// included.
    async fn newest_leads(
        &self,
        account: &AccountId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<(u64, Lead)>>;

    /// Counts the leads that are not erased.
    async fn count_leads(&self, account: &AccountId) -> Result<u64>;

    /// Counts the leads that are not erased, by status. A status without a lead is left out.
    async fn count_leads_by_status(&self, account: &AccountId) -> Result<Vec<(LeadStatus, u64)>>;
}
