//! PostgreSQL: one database, any number of nodes beside it.
//!
//! The ports rely on one promise that SQLite's single writer gives by itself: what a change has read stays true until it
//! commits. Here a change first takes a lock in its transaction ([`Turn`]), so that the changes of one account come one
//! after the other, on all nodes together, and accounts do not wait for each other. Below that, "read committed" will do.
//!
//! Changes of items take a lock of their own and store the items under it. They take the lock of all changes of the account
//! at their end alone, when they record their audit event: a revocation never waits for the items of a feed.
//! What may be lost with the power (when a key was last used, how many
//! calls there were) is written by one node at a time, without waiting for the disk; where it meets a change in a row, it
//! is what gives way, and is tried again.
//!
//! The pools are named by what they guarantee, as in SQLite: *writer*, *non-durable*, *authentication*, *readers*,
//! *listings* and *coordination* (see [`pools`]). Listings end at a deadline ([`listings`]), and no number of them delays
//! authentication, a revocation or a heartbeat.
//!
//! No call takes longer than some seconds ([`connection`]), and authentication less than two: a server that hangs is
//! treated as down.

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
use crate::sql::audit::LOGS;
use crate::sql::pepper::SHARED as KEPT_PEPPER;
use crate::turn::Turn;
use connection::{Connection, Pool, Transaction};
use domain::AccountId;
use hints::Hints;
use listings::Listings;
use ports::Result;
use service::store::{DiskSpace, Quotas};
use sqlx::{AssertSqlSafe, Executor as _, PgExecutor as Executor, Postgres as Engine};
use std::sync::{Arc, RwLock};

// What the ports are written against, with the two above.
use PostgresStore as Store;

const READ_ONLY: &str = "SELECT current_setting('transaction_read_only')::boolean";

/// Feeds of one node that may be under way at once; the other writing connections are for whoever changes a key.
const FEEDS: usize = 2;

/// All ports on a PostgreSQL database. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    writer: Pool,
    /// Reads a few rows by an index.
    readers: Pool,
    /// Reads that end at a deadline.
    listings: Listings,
    /// Reads keys by their digest, sessions, and what a sign-in needs.
    authentication: Pool,
    /// Lets a few feeds at a time to the writer.
    feeds: Feeds,
    /// What it commits survives the end of the process, and perhaps not that of the database's machine.
    non_durable: Pool,
    /// What nodes report to each other. Nothing else waits for these connections.
    coordination: Pool,
    hints: Arc<Hints>,
    quotas: Arc<RwLock<Quotas>>,
}

impl PostgresStore {
    /// Closes every connection once it is idle; calls that come later find the database unavailable.
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

    /// Who is gone without a word is never known here: the other nodes notice it after a while.
    #[expect(clippy::unused_self, reason = "the other engine knows")]
    fn forget_the_gone(&self) -> impl Future<Output = sqlx::Result<()>> {
        std::future::ready(Ok(()))
    }

    /// Whether changes are taken. An operator, or the host of a full database, can make it read-only at any time.
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

    /// A client cannot see how much space the server has.
    #[expect(clippy::unused_self, reason = "the other engine measures")]
    const fn measure_disk(&self) -> Option<DiskSpace> {
        None
    }

    async fn hint(&self) {
        self.hints.wait().await;
    }

    /// Begins a change, once its turn has come. Dropped without a commit, it leaves nothing.
    async fn begin(&self, turn: Turn<'_>, doing: &'static str) -> Result<Transaction> {
        let locks = match turn {
            Turn::Account(account) => lock(CHANGES, number(account)),
            Turn::Feed(account) => lock(FEEDING, number(account)),
            Turn::Installation => lock(INSTALLATION, 0),
        };
        self.writer.begin(locks).await.doing(doing)
    }

    /// Waits for the turn of a change of the account, in a transaction that a feed began. It ends with the transaction.
    async fn turn_to_change(
        &self,
        transaction: &mut Transaction,
        account: &AccountId,
        doing: &'static str,
    ) -> Result<()> {
        let lock = AssertSqlSafe(lock(CHANGES, number(account)));
        transaction.execute(lock).await.map(drop).doing(doing)
    }

    /// Begins a change that may be lost with the power.
    async fn begin_non_durable(&self, doing: &'static str) -> Result<Transaction> {
        // The wait for a row stays below PostgreSQL's `deadlock_timeout` of a second: of a change and this, which wait for
        // each other, it is this that gives way.
        let locks = format!(
            "SET LOCAL lock_timeout = '4s'; {} SET LOCAL lock_timeout = '500ms';",
            lock(NON_DURABLE, 0)
        );
        self.non_durable.begin(locks).await.doing(doing)
    }

    /// Begins a change that may be given up, but takes numbers that must not be given twice: it survives the database's machine.
    async fn begin_numbered(&self, doing: &'static str) -> Result<Transaction> {
        let mut tx = self.begin_non_durable(doing).await?;
        sqlx::query("SET LOCAL synchronous_commit = on")
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        Ok(tx)
    }

    /// Begins a change of what nodes tell each other that has to survive the database's machine.
    async fn begin_lasting(&self, doing: &'static str) -> Result<Transaction> {
        let lasting = "SET LOCAL synchronous_commit = on;";
        self.coordination
            .begin(lasting.to_owned())
            .await
            .doing(doing)
    }

    /// PostgreSQL's log is its server's business.
    #[expect(
        clippy::unused_self,
        reason = "the other engine has a log to keep short"
    )]
    fn make_room_for_feed(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

/// What the numbers of locks are numbers of. They are this program's in this database.
const INSTALLATION: i32 = 1;
const CHANGES: i32 = 2;
const FEEDING: i32 = 3;
const NON_DURABLE: i32 = 4;
pub(crate) const MIGRATIONS: i32 = 5;

/// The statement that waits for a lock, which ends with the transaction. Who waits longer gets it earlier.
pub(crate) fn lock(kind: i32, number: i32) -> String {
    format!("SELECT pg_advisory_xact_lock({kind}, {number});")
}

/// Two accounts that have the same one wait for each other, which is slow and not wrong.
fn number(account: &AccountId) -> i32 {
    crc32fast::hash(account.as_str().as_bytes()).cast_signed()
}
