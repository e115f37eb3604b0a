//! PostgreSQL: one database, any number of nodes.
//!
//! The ports rely on a guarantee that SQLite's single writer gives by itself: whatever a change has
//! read stays true until it commits. Here a change first takes an advisory lock in its transaction
//! ([`LockScope`]), so that the changes of one account run one after another across all nodes, while
//! accounts do not wait for each other. Beneath that lock, the isolation level "read committed" is
//! sufficient.
//!
//! Changes of items take a lock of their own and store the items under it. They take the account's
//! lock only at their end, to record their audit event, so a revocation never waits for the items
//! of a feed.
//!
//! Non-durable writes (last uses, call counts) are made by one node at a time and do not wait for
//! the disk. If one of them and a change wait for each other's rows, the non-durable write gives
//! way and is retried.
//!
//! The pools are named by what they guarantee, as in SQLite: *writer*, *non-durable*,
//! *authentication*, *readers*, *listings* and *coordination* (see [`pools`]). Listings end at a
//! deadline ([`listings`]), and no number of them delays authentication, a revocation or a
//! heartbeat.
//!
//! No call takes longer than a few seconds ([`connection`]), and authentication takes less than
//! two: a hung server is treated as down.

mod connection;
mod hints;
mod listings;
mod look;
pub(crate) mod open;
pub(crate) mod open_error;
mod pools;
#[path = "../ports/mod.rs"]
#[expect(
    clippy::duplicate_mod,
    reason = "the ports are compiled for each engine"
)]
mod ports;
mod rolling;
mod terms;

pub use open_error::OpenError;

use crate::error::Doing as _;
use crate::feeds::Feeds;
use crate::lock_scope::LockScope;
use crate::sql::audit::LOGS;
use crate::sql::pepper::SHARED as KEPT_PEPPER;
use connection::{Connection, Pool, Transaction};
use domain::AccountId;
use hints::Hints;
use listings::Listings;
use ports::Result;
use service::store::{DiskSpace, Quotas};
use sqlx::{AssertSqlSafe, Executor as _, PgExecutor as Executor, Postgres as Engine};
use std::sync::{Arc, RwLock};

// Names by which the shared ports refer to this engine, with the two above.
use PostgresStore as Store;

const READ_ONLY: &str = "SELECT current_setting('transaction_read_only')::boolean";

/// Number of feeds of one node that may be written at once. The other writing connections are left
/// to changes.
const FEEDS: usize = 2;

/// All ports on a PostgreSQL database. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    writer: Pool,
    /// Reads of a few rows by an index.
    readers: Pool,
    /// Reads that end at a deadline.
    listings: Listings,
    /// Look-ups of keys by digest, of sessions, and of sign-in data.
    authentication: Pool,
    /// Limits how many feeds are at the writer at once.
    feeds: Feeds,
    /// Commits survive the end of the process, but perhaps not a failure of the database's machine.
    non_durable: Pool,
    /// Reports between nodes. No other call uses these connections.
    coordination: Pool,
    hints: Arc<Hints>,
    quotas: Arc<RwLock<Quotas>>,
}

impl PostgresStore {
    /// Closes every connection once it is idle. Later calls find the database unavailable.
    pub async fn close(&self) {
        self.hints.close();
        self.listings.close().await;
        for pool in [
            &self.readers,
            &self.authentication,
            &self.non_durable,
            &self.coordination,
            &self.writer,
        ] {
            pool.close().await;
        }
    }

    /// Does nothing: here no node can know that another one was killed. The other nodes notice it
    /// after a while.
    #[expect(clippy::unused_self, reason = "the other engine knows")]
    fn forget_the_gone(&self) -> impl Future<Output = sqlx::Result<()>> {
        std::future::ready(Ok(()))
    }

    /// Checks that the database takes changes. An operator, or the host of a full database, can
    /// make it read-only at any time.
    async fn takes_changes(&self) -> sqlx::Result<()> {
        let read_only: bool = sqlx::query_scalar(READ_ONLY)
            .fetch_one(&self.coordination)
            .await?;
        if read_only {
            return Err(sqlx::Error::Protocol(
                "the database is read-only".to_owned(),
            ));
        }
        Ok(())
    }

    /// A client cannot measure the free space of the server.
    #[expect(clippy::unused_self, reason = "the other engine measures")]
    const fn measure_disk(&self) -> Option<DiskSpace> {
        None
    }

    async fn hint(&self) {
        self.hints.wait().await;
    }

    /// Begins a change once its lock is granted. A transaction that is dropped without a commit
    /// changes nothing.
    async fn begin(&self, turn: LockScope<'_>, doing: &'static str) -> Result<Transaction> {
        let locks = match turn {
            LockScope::Account(account) => lock(CHANGES, number(account)),
            LockScope::Feed(account) => lock(FEEDING, number(account)),
            LockScope::Installation => lock(INSTALLATION, 0),
        };
        self.writer.begin(locks).await.doing(doing)
    }

    /// Acquires the account's lock in a feed's transaction. It is released when the transaction
    /// ends.
    async fn turn_to_change(
        &self,
        transaction: &mut Transaction,
        account: &AccountId,
        doing: &'static str,
    ) -> Result<()> {
        let lock = AssertSqlSafe(lock(CHANGES, number(account)));
        transaction.execute(lock).await.map(drop).doing(doing)
    }

    /// Begins a change that a power cut may lose.
    async fn begin_non_durable(&self, doing: &'static str) -> Result<Transaction> {
        // The wait for a row is shorter than PostgreSQL's `deadlock_timeout` of one second. So if a
        // change and this transaction wait for each other, this one gives way.
        let locks = format!(
            "SET LOCAL lock_timeout = '4s'; {} SET LOCAL lock_timeout = '500ms';",
            lock(NON_DURABLE, 0)
        );
        self.non_durable.begin(locks).await.doing(doing)
    }

    /// Begins a change that may be lost, but that draws numbers that must not be drawn twice. Its
    /// commit survives a failure of the database's machine.
    async fn begin_numbered(&self, doing: &'static str) -> Result<Transaction> {
        let mut tx = self.begin_non_durable(doing).await?;
        sqlx::query("SET LOCAL synchronous_commit = on")
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        Ok(tx)
    }

    /// Begins a change of coordination data that has to survive a failure of the database's
    /// machine.
    async fn begin_lasting(&self, doing: &'static str) -> Result<Transaction> {
        let lasting = "SET LOCAL synchronous_commit = on;";
        self.coordination
            .begin(lasting.to_owned())
            .await
            .doing(doing)
    }

    /// Does nothing: PostgreSQL's write-ahead log is managed by its server.
    #[expect(
        clippy::unused_self,
        reason = "the other engine has a log to keep short"
    )]
    fn make_room_for_feed(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

/// Kinds of advisory locks. No other program uses advisory locks in this database.
const INSTALLATION: i32 = 1;
const CHANGES: i32 = 2;
const FEEDING: i32 = 3;
const NON_DURABLE: i32 = 4;
pub(crate) const MIGRATIONS: i32 = 5;

/// Returns the statement that waits for a lock, which the end of the transaction releases. Locks
/// are granted in the order of the requests.
pub(crate) fn lock(kind: i32, number: i32) -> String {
    format!("SELECT pg_advisory_xact_lock({kind}, {number});")
}

/// Number of an account's lock. Two accounts with the same number wait for each other, which is
/// slow but correct.
fn number(account: &AccountId) -> i32 {
    crc32fast::hash(account.as_str().as_bytes()).cast_signed()
}
