//! NOTIFY as a hint of changes: it arrives before the next poll of the database, or is lost.

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OnceCell};
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// Channel that the trigger notifies when it numbers a change.
const CHANNEL: &str = "voxum_verdicts";
/// A connection that was silent for this time is tested, and has [`ECHO_TIMEOUT`] to answer. So a
/// dead connection is detected within one second.
const MAX_SILENCE: Duration = Duration::from_millis(500);
const ECHO_TIMEOUT: Duration = Duration::from_millis(450);
/// Maximum time for connecting, and for starting to listen.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Listens from the first call of [`Hints::wait`] until it is dropped or closed.
#[derive(Debug)]
pub(super) struct Hints {
    options: PgConnectOptions,
    hint: Arc<Notify>,
    listener_task: OnceCell<AbortHandle>,
}

impl Hints {
    pub(super) fn new(options: &PgConnectOptions) -> Self {
        Self {
            options: options.clone(),
            hint: Arc::default(),
            listener_task: OnceCell::new(),
        }
    }

    pub(super) async fn wait(&self) {
        self.listener_task
            .get_or_init(async || {
                let (options, hint) = (self.options.clone(), Arc::clone(&self.hint));
                tokio::spawn(listen_forever(options, hint)).abort_handle()
            })
            .await;
        self.hint.notified().await;
    }

    pub(super) fn close(&self) {
        if let Some(listener_task) = self.listener_task.get() {
            listener_task.abort();
        }
    }
}

impl Drop for Hints {
    fn drop(&mut self) {
        self.close();
    }
}

/// Listens on one connection after another, regardless of errors: they only delay the time at which
/// a change becomes known.
async fn listen_forever(options: PgConnectOptions, hint: Arc<Notify>) {
    loop {
        // A new pool each time. sqlx says goodbye on a listener's connection before it releases its
        // place in the pool. If no packet arrives any more, that takes until the operating system
        // closes the connection.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_lazy_with(options.clone());
        if let Ok(Ok(listener)) = timeout(CONNECT_TIMEOUT, PgListener::connect_with(&pool)).await {
            let error = listen(listener, &hint).await;
            tracing::debug!(?error, "the connection for change notifications was lost");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn listen(mut listener: PgListener, hint: &Notify) -> Option<sqlx::Error> {
    match timeout(CONNECT_TIMEOUT, listener.listen(CHANNEL)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Some(error),
        Err(_) => return None,
    }
    // A change may have happened before the connection listened.
    hint.notify_one();
    loop {
        match timeout(MAX_SILENCE, listener.try_recv()).await {
            // `None` if the connection was lost, with everything sent meanwhile. A new one is made.
            Ok(Ok(None)) => return None,
            Ok(Ok(Some(_))) => hint.notify_one(),
            Ok(Err(error)) => return Some(error),
            // A dead connection never reports its end.
            Err(_) => {
                match timeout(ECHO_TIMEOUT, sqlx::query("SELECT 1").execute(&mut listener)).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return Some(error),
                    Err(_) => return None,
                }
            }
        }
    }
}
