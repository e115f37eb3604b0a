//! Admission of feeds to the writer.

use crate::error::Fault;
use domain::AccountId;
use service::fair_semaphore::{FairSemaphore, Permit};
use service::store::{Actor, StoreError};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// Maximum wait of a feed for its permit.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Limits how many feeds of this process are written concurrently. Accounts take turns.
#[derive(Debug, Clone)]
pub(crate) struct FeedLimiter(FairSemaphore);

impl FeedLimiter {
    pub(crate) fn new(max_concurrent: usize) -> Self {
        Self(FairSemaphore::new(max_concurrent))
    }

    /// Waits for a permit, which is released when it is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if too many feeds are waiting, or if no permit is granted in
    /// time.
    pub(crate) async fn permit(
        &self,
        account: &AccountId,
        actor: &Actor,
        context: &'static str,
    ) -> Result<Permit, StoreError> {
        let source: Box<dyn Error + Send + Sync> =
            match timeout(MAX_WAIT, self.0.acquire(account, actor)).await {
                Ok(Ok(permit)) => return Ok(permit),
                Ok(Err(full)) => full.into(),
                Err(elapsed) => elapsed.into(),
            };
        let fault = Fault { context, source };
        Err(StoreError::Unavailable(Box::new(fault)))
    }
}
