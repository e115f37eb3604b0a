//! Last part of the shutdown: stores what is pending, and closes the database.

use super::tasks::Tasks;
use service::Services;
use std::time::Duration;
use storage::SqlStore;
use tokio::time::{Instant, timeout, timeout_at};

/// Time that the end of the tasks and the closing of the database may take together.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(2_500);
/// Time that the last attempt to store revocations and pauses may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(1);

/// Makes the last attempt to store revocations and pauses that only this node enforces.
pub async fn store_changes(services: &Services) {
    let lost_changes = timeout(STORE_TIMEOUT, services.key_changes.store_pending()).await;
    if lost_changes != Ok(0) {
        tracing::error!(
            "revocations or pauses could not be stored and are lost: revoke or pause those keys again"
        );
    }
}

/// Waits for the tasks, which were asked to end, and closes the database.
pub async fn close(services: &Services, store: &SqlStore, tasks: Tasks) {
    let deadline = Instant::now() + CLOSE_TIMEOUT;
    tasks.finish().await;
    let closing = async {
        services.key_changes.wait_for_receipts().await;
        store.close().await;
    };
    if timeout_at(deadline, closing).await.is_err() {
        tracing::warn!("the database was not closed in time");
    }
}
