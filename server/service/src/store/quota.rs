//! Quotas of accounts, and their use.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, Resource, Timestamp};

/// Ceilings that hold for each account. `None` means unlimited.
///
/// A change is refused if the account would have more afterwards than the ceiling allows *and* more
/// than before. An account that is over, since a ceiling was lowered, can still change and remove
/// what it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    pub items: Option<u64>,
    pub item_bytes: Option<u64>,
    pub leads: Option<u64>,
    pub keys: Option<u64>,
    pub members: Option<u64>,
}

impl Quotas {
    pub const fn of(&self, resource: Resource) -> Option<u64> {
        match resource {
            Resource::Items => self.items,
            Resource::ItemBytes => self.item_bytes,
            Resource::Leads => self.leads,
            Resource::Keys => self.keys,
            Resource::Members => self.members,
        }
    }

    /// Returns the ceiling that a change from `before` to `after` exceeds; `None` if the change is
    /// allowed.
    pub const fn exceeded(&self, resource: Resource, before: u64, after: u64) -> Option<u64> {
        match self.of(resource) {
            Some(limit) if after > limit && after > before => Some(limit),
            _ => None,
        }
    }
}

/// The resources that an account uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub items: u64,
    /// Bytes of the items' texts in UTF-8.
    pub item_bytes: u64,
    /// Leads that are not erased.
    pub leads: u64,
    /// Keys that are neither revoked nor expired.
    pub keys: u64,
    /// Active members and open invitations.
    pub members: u64,
}

/// A change would have taken an account above its quota; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverQuota {
    pub resource: Resource,
    pub limit: u64,
}

#[async_trait]
pub trait QuotaStore: Send + Sync + 'static {
    /// Sets the ceilings for all handles of this store. Each later change is checked against them
    /// in its own transaction, and fails with [`super::StoreError::OverQuota`] if it exceeds one.
    fn limit_accounts(&self, quotas: Quotas);

    fn quotas(&self) -> Quotas;

    /// Returns the resources that an account uses at `now`.
    async fn usage(&self, account: &AccountId, now: Timestamp) -> Result<Usage>;

    /// Returns the number of items of an account, in the same time for a million items as for one.
    async fn number_of_items(&self, account: &AccountId) -> Result<u64>;
}
