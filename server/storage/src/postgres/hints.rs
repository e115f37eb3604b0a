//! NOTIFY, as what it is: a hint. It comes sooner than the next look at the database, or is lost.

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OnceCell};
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// Notified by the trigger that numbers changes.
const CHANNEL: &str = "voxum_verdicts";
/// A connection that was silent for so long is asked whether it still is one, and has so long to answer: one that leads
/// nowhere is found out within a second.
const SILENCE: Duration = Duration::from_millis(500);
const ECHO: Duration = Duration::from_millis(450);
/// How long it may take to connect, and to begin to listen.
const ANSWER: Duration = Duration::from_secs(1);

/// Listens from when it is first asked on, until it is dropped or closed.
#[derive(Debug)]
pub(super) struct Hints {
    options: PgConnectOptions,
    came: Arc<Notify>,
    listening: OnceCell<AbortHandle>,
}

impl Hints {
    pub(super) fn new(options: &PgConnectOptions) -> Self {
        Self {
            options: options.clone(),
            came: Arc::default(),
            listening: OnceCell::new(),
        }
    }

    pub(super) async fn wait(&self) {
        self.listening
            .get_or_init(async || {
                let (options, came) = (self.options.clone(), Arc::clone(&self.came));
                tokio::spawn(listen_for_ever(options, came)).abort_handle()
            })
            .await;
        self.came.notified().await;
    }

    pub(super) fn close(&self) {
        if let Some(listening) = self.listening.get() {
            listening.abort();
        }
    }
}

impl Drop for Hints {
    fn drop(&mut self) {
        self.close();
    }
}

/// Whatever goes wrong with a connection, the next one is tried: nothing depends on it but how soon a change is known.
async fn listen_for_ever(options: PgConnectOptions, came: Arc<Notify>) {
    loop {
        // A new one each time. sqlx says farewell on a listener's connection before its place in the pool is free, and
        // where no packet arrives any more, that takes until the operating system gives the connection up.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ANSWER)
            .connect_lazy_with(options.clone());
        if let Ok(Ok(listener)) = timeout(ANSWER, PgListener::connect_with(&pool)).await {
            let error = listen(listener, &came).await;
            tracing::debug!(?error, "the connection that is notified of changes ended");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn listen(mut listener: PgListener, came: &Notify) -> Option<sqlx::Error> {
    match timeout(ANSWER, listener.listen(CHANNEL)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Some(error),
        Err(_) => return None,
    }
    // Something may have come before it listened.
    came.notify_one();
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            // `None` where it lost the connection and whatever was sent meanwhile: it is made anew.
            Ok(Ok(None)) => return None,
            Ok(Ok(Some(_))) => came.notify_one(),
            Ok(Err(error)) => return Some(error),
            // One that nobody answers on any more is never told that it ended.
            Err(_) => match timeout(ECHO, sqlx::query("SELECT 1").execute(&mut listener)).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Some(error),
                Err(_) => return None,
            },
        }
    }
}
