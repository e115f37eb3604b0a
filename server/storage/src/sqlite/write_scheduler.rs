//! Write scheduling within this process.
//!
//! SQLite lets one connection write at a time. A connection that finds the write lock taken polls
//! it, and may find another writer there again and again. So non-durable writes, of which there can
//! be many, yield in memory: they take an exclusive permit, and every other write takes a shared
//! one. Since permits are granted in the order of the requests, a durable change waits only for the
//! non-durable transactions that were requested before it, usually for one (I3 in [`super`]).

use sqlx::Either;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio::time::timeout;

/// Order of all writing connections, and the signal of their commits.
#[derive(Debug, Clone, Default)]
pub(super) struct WriteScheduler {
    /// Durable and coordination writes hold it shared and wait for the write lock of the file;
    /// non-durable writes hold it exclusively. It is fair: permits are granted in order of request.
    order: Arc<RwLock<()>>,
    commit_signal: Arc<Notify>,
}

/// Maximum wait for a permit (I3). After that, the write lock of the file alone decides, as it does
/// between processes.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// Permit of one write, which is released when it is dropped. Without an order after [`MAX_WAIT`].
#[derive(Debug)]
pub(super) struct WritePermit {
    _order: Option<Either<OwnedRwLockReadGuard<()>, OwnedRwLockWriteGuard<()>>>,
    commit_signal: Arc<Notify>,
}

impl WritePermit {
    /// Reports that the write was committed.
    pub(super) fn report_commit(&self) {
        self.commit_signal.notify_one();
    }
}

impl WriteScheduler {
    /// Waits for the exclusive permit, with which nothing else in this process writes, up to
    /// [`MAX_WAIT`].
    pub(super) async fn exclusive(&self) -> WritePermit {
        let order = timeout(MAX_WAIT, Arc::clone(&self.order).write_owned()).await;
        self.permit(order.ok().map(Either::Right))
    }

    /// Waits for a shared permit, up to [`MAX_WAIT`].
    pub(super) async fn shared(&self) -> WritePermit {
        let order = timeout(MAX_WAIT, Arc::clone(&self.order).read_owned()).await;
        self.permit(order.ok().map(Either::Left))
    }

    fn permit(
        &self,
        order: Option<Either<OwnedRwLockReadGuard<()>, OwnedRwLockWriteGuard<()>>>,
    ) -> WritePermit {
        WritePermit {
            _order: order,
            commit_signal: Arc::clone(&self.commit_signal),
        }
    }

    /// Waits for a commit after the last one that was reported. Supports a single waiting task.
    pub(super) async fn wait_for_commit(&self) {
        self.commit_signal.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use crate::query::{query, query_scalar};
    use crate::sqlite::open::tests::open_temporary;
    use futures::FutureExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;
    use tokio::time::sleep;

    /// Each change is polled once to take its place in the queue before the writes are counted, and
    /// it counts them again while it holds its permit. So the result does not depend on timing.
    #[tokio::test(flavor = "multi_thread")]
    async fn change_waits_for_at_most_one_non_durable_transaction() {
        let (_directory, store, _engine) = open_temporary().await;
        for statement in [
            "CREATE TABLE much (writes INTEGER, seen INTEGER)",
            "INSERT INTO much VALUES (0, 0)",
        ] {
            let result = query(statement).execute(store.writer("a table"));
            result.await.unwrap();
        }
        let write_count = Arc::new(AtomicI64::new(0));
        let (writing, count) = (store.clone(), Arc::clone(&write_count));
        let writer = tokio::spawn(async move {
            loop {
                let mut tx = writing.begin_non_durable("writing much").await.unwrap();
                let write = query("UPDATE much SET writes = writes + 1");
                write.execute(&mut tx).await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_millis(20)).await;
                tx.commit().await.unwrap();
            }
        });
        let count = || write_count.load(Ordering::SeqCst);
        for _ in 0..10 {
            sleep(Duration::from_millis(7)).await;
            let mut change = Box::pin(store.begin_global_change("a change"));
            let at_once = (&mut change).now_or_never();
            let before = count();
            let tx = match at_once {
                Some(tx) => tx.unwrap(),
                None => change.await.unwrap(),
            };
            assert!(count() <= before + 1, "a change had to stand back");
            tx.commit().await.unwrap();

            let update = query("UPDATE much SET seen = writes");
            let mut report = Box::pin(update.execute(store.coordination("a report")));
            let at_once = (&mut report).now_or_never();
            let before = count();
            match at_once {
                Some(done) => done.unwrap(),
                None => report.await.unwrap(),
            };
            let reported = query_scalar("SELECT seen FROM much");
            let reported: i64 = reported.fetch_one(store.readers("a test")).await.unwrap();
            assert!(
                reported <= before + 1,
                "what nodes report had to stand back"
            );
        }
        writer.abort();
        let _ = writer.await;
        store.close().await;
    }
}
