//! Write scheduling within this process.
//!
//! SQLite lets one connection write at a time. A connection that finds the write lock taken polls
//! it, and may find another writer there again and again. So non-durable writes, of which there can
//! be many, yield in memory: they take an exclusive permit, and every other write takes a shared
//! one. Since permits are granted in the order of the requests, a durable change waits only for the
//! non-durable transactions that were requested before it, usually for one (I3 in [`super`]).

use crate::commit::CommitError;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sqlx::sqlite::{SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, SqlStr, Sqlite, SqliteConnection, SqlitePool};
use std::ops::{Deref, DerefMut};
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
    committed: Arc<Notify>,
}

/// Maximum wait for a permit (I3). After that, the write lock of the file alone decides, as it does
/// between processes.
const PATIENCE: Duration = Duration::from_millis(500);

type ExclusivePermit = OwnedRwLockWriteGuard<()>;
type WritePermit = Either<OwnedRwLockReadGuard<()>, ExclusivePermit>;

impl WriteScheduler {
    /// Waits for the exclusive permit, with which nothing else in this process writes. Returns
    /// `None` after [`PATIENCE`].
    pub(super) async fn exclusive(&self) -> Option<ExclusivePermit> {
        let turn = Arc::clone(&self.order).write_owned();
        timeout(PATIENCE, turn).await.ok()
    }

    async fn shared(&self) -> Option<OwnedRwLockReadGuard<()>> {
        let turn = Arc::clone(&self.order).read_owned();
        timeout(PATIENCE, turn).await.ok()
    }

    /// Waits for a commit after the last one that was reported. Supports a single waiting task.
    pub(super) async fn committed(&self) {
        self.committed.notified().await;
    }
}

/// Pool of connections that write with a permit.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    connections: SqlitePool,
    scheduler: WriteScheduler,
    yields: bool,
}

impl Pool {
    pub(super) fn new(connections: SqlitePool, scheduler: &WriteScheduler, yields: bool) -> Self {
        Self {
            connections,
            scheduler: scheduler.clone(),
            yields,
        }
    }

    pub(super) async fn close(&self) {
        self.connections.close().await;
    }

    async fn permit(&self) -> Option<WritePermit> {
        if self.yields {
            self.scheduler.exclusive().await.map(Either::Right)
        } else {
            self.scheduler.shared().await.map(Either::Left)
        }
    }

    /// Takes the write lock at once (I1). A transaction that reads first and upgrades later would
    /// fail whenever another process wrote in between, regardless of the busy timeout.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction> {
        // W2: the permit comes before the connection, so that writes queue in memory.
        let turn = self.permit().await;
        let inner = self.connections.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Transaction {
            inner,
            committed: Arc::clone(&self.scheduler.committed),
            _turn: turn,
        })
    }
}

/// A transaction with its permit. Dropping it without a commit rolls it back (I6).
#[derive(Debug)]
pub(super) struct Transaction {
    inner: sqlx::Transaction<'static, Sqlite>,
    committed: Arc<Notify>,
    // Declared after `inner`, so that it is dropped after it (W6).
    _turn: Option<WritePermit>,
}

impl Transaction {
    pub(super) async fn commit(self) -> Result<(), CommitError> {
        // W5. An error here may leave the commit in doubt (F5).
        self.inner.commit().await?;
        self.committed.notify_one();
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}

/// Single statements. `execute` writes and takes a permit; the `fetch` methods read, so they need
/// none.
impl<'p> Executor<'p> for &'p Pool {
    type Database = Sqlite;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<SqliteQueryResult>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        Box::pin(async move {
            let _turn = self.permit().await;
            let executed = self.connections.execute(query).await?;
            self.scheduler.committed.notify_one();
            Ok(executed)
        })
    }

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        self.connections.fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        self.connections.fetch_optional(query)
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'p: 'e,
    {
        self.connections.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'p: 'e,
    {
        self.connections.describe(sql)
    }
}

#[cfg(test)]
mod tests {
    use crate::lock_scope::LockScope;
    use crate::sqlite::open::tests::fresh;
    use futures::FutureExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;
    use tokio::time::sleep;

    /// Each change is polled once to take its place in the queue before the writes are counted, and
    /// it counts them again while it holds its permit. So the result does not depend on timing.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_that_comes_while_much_is_written_waits_for_one_transaction_of_it() {
        let (_place, store) = fresh().await;
        let mut tx = store
            .begin(LockScope::Installation, "a table")
            .await
            .unwrap();
        let table =
            "CREATE TABLE much (writes INTEGER, seen INTEGER); INSERT INTO much VALUES (0, 0)";
        sqlx::raw_sql(table).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let begun = Arc::new(AtomicI64::new(0));
        let (writing, count) = (store.clone(), Arc::clone(&begun));
        let much = tokio::spawn(async move {
            loop {
                let mut tx = writing.begin_non_durable("writing much").await.unwrap();
                let write = sqlx::query("UPDATE much SET writes = writes + 1");
                write.execute(&mut *tx).await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_millis(20)).await;
                tx.commit().await.unwrap();
            }
        });
        let count = || begun.load(Ordering::SeqCst);
        for _ in 0..10 {
            sleep(Duration::from_millis(7)).await;
            let mut change = Box::pin(store.begin(LockScope::Installation, "a change"));
            let at_once = (&mut change).now_or_never();
            let before = count();
            let tx = match at_once {
                Some(tx) => tx.unwrap(),
                None => change.await.unwrap(),
            };
            assert!(count() <= before + 1, "a change had to stand back");
            tx.commit().await.unwrap();

            let see = sqlx::query("UPDATE much SET seen = writes");
            let mut seeing = Box::pin(see.execute(&store.coordination));
            let at_once = (&mut seeing).now_or_never();
            let before = count();
            match at_once {
                Some(done) => done.unwrap(),
                None => seeing.await.unwrap(),
            };
            let seen = sqlx::query_scalar("SELECT seen FROM much");
            let seen: i64 = seen.fetch_one(&store.readers).await.unwrap();
            assert!(seen <= before + 1, "what nodes report had to stand back");
        }
        much.abort();
        let _ = much.await;
        store.close().await;
    }
}
