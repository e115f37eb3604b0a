//! Pool for listings, each of which is interrupted at its deadline (see [`crate::listing`]).
//!
//! SQLite calls a connection's progress handler while a statement runs. Before each listing, the
//! handler is replaced by one that ends the statement when the deadline has passed, or when the
//! caller no longer waits for it (R2 in [`super`]).

use super::connection::PooledConnection;
use super::interruption::Interruption;
use crate::listing::DEADLINE;
use sqlx::SqlitePool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::time::timeout_at;

/// Number of SQLite virtual machine instructions between two checks of the clock: some ten
/// microseconds.
const INSTRUCTIONS_PER_CHECK: i32 = 1_000;

#[derive(Debug, Clone)]
pub(super) struct Listings(SqlitePool);

impl Listings {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self(pool)
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }

    /// Lends a connection for one listing. Dropping it interrupts a statement that still runs on
    /// it.
    pub(super) async fn acquire(&self) -> sqlx::Result<PooledConnection> {
        let deadline = Instant::now() + DEADLINE;
        let acquired = timeout_at(deadline.into(), self.0.acquire()).await;
        let mut connection = acquired.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let is_abandoned = Arc::new(AtomicBool::new(false));
        let abandoned_flag = Arc::clone(&is_abandoned);
        let should_continue =
            move || !abandoned_flag.load(Ordering::Relaxed) && Instant::now() < deadline;
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(INSTRUCTIONS_PER_CHECK, should_continue);
        drop(handle);
        let listing = Interruption::by(is_abandoned);
        Ok(PooledConnection::for_listing(connection, listing))
    }
}

#[cfg(test)]
mod tests {
    use super::INSTRUCTIONS_PER_CHECK;
    use crate::listing::CONNECTIONS;
    use crate::query::{query, query_scalar};
    use crate::sqlite::open::tests::open_temporary;
    use futures::future::join_all;
    use service::key::KeyDigest;
    use service::store::{KeyStore as _, StoreError};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Counts without end, so that only an interruption ends it.
    const ENDLESS: &str =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    #[tokio::test(flavor = "multi_thread")]
    async fn listings_are_interrupted_at_their_deadline_and_leave_usable_connections() {
        let (_directory, store, _engine) = open_temporary().await;
        let endless = || query(ENDLESS).fetch_all::<(i64,)>(store.listings("counting"));
        let results = join_all((0..CONNECTIONS).map(|_| endless())).await;
        for result in results {
            let error = result.expect_err("the listing has no end");
            let is_past = matches!(error, StoreError::PastDeadline("counting"));
            assert!(is_past, "{error:?}");
        }
        // Each connection was used, and has to answer again.
        let rows = (0..CONNECTIONS).map(|_| {
            let row = query_scalar("SELECT 1");
            row.fetch_one::<i64>(store.listings("a test"))
        });
        for row in join_all(rows).await {
            assert_eq!(row.unwrap(), 1);
        }
        store.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn waiting_listings_end_at_their_deadline_while_authentication_continues() {
        let (_directory, store, engine) = open_temporary().await;
        // All connections are busy until the end of this test.
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = Vec::new();
        for _ in 0..CONNECTIONS {
            let mut connection = engine.listings.0.acquire().await.unwrap();
            let stop_flag = Arc::clone(&stop);
            let should_continue = move || !stop_flag.load(Ordering::Relaxed);
            let mut handle = connection.lock_handle().await.unwrap();
            handle.set_progress_handler(INSTRUCTIONS_PER_CHECK, should_continue);
            drop(handle);
            running.push(tokio::spawn(async move {
                let endless = sqlx::query(ENDLESS).fetch_all(&mut *connection);
                endless.await.map(drop)
            }));
        }
        let listings = (0..2 * CONNECTIONS).map(|_| {
            let listing = query("SELECT 1");
            listing.fetch_all::<(i64,)>(store.listings("a listing"))
        });
        let digest = KeyDigest::from_bytes([7; 32]);
        let mut looked_up = 0;
        let authentication = async {
            loop {
                let found = store.find_key_by_digest(&digest).await;
                assert!(found.unwrap().is_none());
                looked_up += 1;
            }
        };
        tokio::select! {
            results = join_all(listings) => {
                for result in results {
                    let error = result.expect_err("no connection was free");
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
                }
            }
            () = authentication => unreachable!("it has no end"),
        }
        assert!(
            looked_up > 0,
            "no key was looked up while all listing connections were taken"
        );
        stop.store(true, Ordering::Relaxed);
        for listing in running {
            listing.await.unwrap().expect_err("it is interrupted");
        }
        store.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn abandoned_listing_is_interrupted_at_once() {
        let (_directory, store, engine) = open_temporary().await;
        let tasks = (0..CONNECTIONS).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let endless = query(ENDLESS);
                let _ = endless
                    .fetch_all::<(i64,)>(store.listings("counting"))
                    .await;
            })
        });
        let tasks: Vec<_> = tasks.collect();
        while engine.listings.0.num_idle() > 0 || engine.listings.0.size() < CONNECTIONS {
            tokio::task::yield_now().await;
        }
        for task in &tasks {
            task.abort();
        }
        // If the connections were still taken, this would be refused.
        let row = query_scalar("SELECT 1").fetch_one(store.listings("a test"));
        let row: i64 = row.await.unwrap();
        assert_eq!(row, 1);
        store.close().await;
    }
}
