//! Last part of the shutdown: writes what is pending, and closes the database.

use crate::open::OpenStore;
use futures::future::OptionFuture;
use service::Service;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// Time that all of this may take.
const CLOSING: Duration = Duration::from_millis(2_500);
/// Part of that time for the last flush of uses.
const LAST_USES: Duration = Duration::from_secs(2);
/// Time that a mail which is being sent may still take, in parallel with the flush.
const LAST_MAIL: Duration = Duration::from_millis(1_500);

/// Waits for the tasks, which were asked to end, and closes the database.
///
/// A mail server that does not answer takes no time from the last flush.
pub async fn close(
    service: &Service,
    store: &OpenStore,
    flushing: JoinHandle<()>,
    mailing: Option<JoinHandle<()>>,
    orders: Option<JoinHandle<()>>,
) {
    let until = Instant::now() + CLOSING;
    let mail = OptionFuture::from(mailing.map(finish_mail));
    let (flushed, _) = tokio::join!(timeout(LAST_USES, flushing), mail);
    let closing = async {
        if let Some(orders) = orders {
            let _ = orders.await;
        }
        service.receipts_stored().await;
        store.close().await;
    };
    let closed = timeout_at(until, closing).await;
    if flushed.is_err() || closed.is_err() {
        tracing::warn!("the database was not closed in time");
    }
}

/// Waits for the mail that is being sent, and abandons it if this takes too long.
async fn finish_mail(mut mailing: JoinHandle<()>) {
    if timeout(LAST_MAIL, &mut mailing).await.is_err() {
        tracing::warn!("the mail server does not answer; a notice may not have been sent");
        mailing.abort();
        let _ = mailing.await;
    }
}
