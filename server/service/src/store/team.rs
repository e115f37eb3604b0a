//! The people of one account.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, Email, MemberId, Role};

/// One of them, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teammate {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
}

#[async_trait]
pub trait TeamStore: Send + Sync + 'static {
    /// All members of the account, in the order in which they came.
    async fn list_members(&self, account: &AccountId) -> Result<Vec<Teammate>>;
}
