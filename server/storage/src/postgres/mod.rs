//! PostgreSQL: one database, any number of nodes.
//!
//! The ports rely on a guarantee that follows from SQLite's single writer: whatever a change has
//! read stays true until it commits. Here a change first takes an advisory lock in its transaction
//! (`LockScope`), so that the changes of one account run one after another across all nodes, while
//! accounts do not wait for each other. Beneath that lock, the isolation level "read committed" is
//! sufficient.
//!
//! Changes of items take a separate lock and store the items under it. They take the account's lock
//! only at their end, to record their audit event, so a revocation never waits for the items of a
//! feed.
//!
//! Non-durable writes (last uses, call counts) are made by one node at a time and do not wait for
//! the disk. If one of them and a change wait for each other's rows, the non-durable write gives
//! way and is retried.
//!
//! The pools are named by what they guarantee, as in SQLite: *writer*, *non-durable*,
//! *authentication*, *readers*, *listings* and *coordination* (see `pools`). Listings end at a
//! deadline (`listings`), and no number of them delays authentication, a revocation or a
//! heartbeat.
//!
//! No call takes longer than a few seconds (`connection`), and authentication takes less than
//! two: a hung server is treated as down.

mod connection;
mod hints;
mod inspection;
mod listings;
pub(crate) mod open;
pub(crate) mod open_error;
mod pools;
mod rolling;

pub(crate) use connection::{Connection, Transaction};
pub use inspection::inspect;
pub use open::open;
pub use open_error::OpenError;

use crate::engine::{Engine, OpenTransaction, PoolName, PooledConnection};
use crate::lock_scope::LockScope;
use crate::ports::audit::{LOG_STATEMENTS, LogStatements};
use crate::query::{ByEngine, Connection as _, query};
use async_trait::async_trait;
use connection::Pool;
use domain::AccountId;
use hints::Hints;
use listings::Listings;

const READ_ONLY: &str = "SELECT current_setting('transaction_read_only')::boolean";

/// Number of feeds of one node that may be written concurrently. The other writing connections are
/// left to changes.
const MAX_CONCURRENT_FEEDS: usize = 2;

/// A PostgreSQL database with its pools.
#[derive(Debug)]
pub(crate) struct PostgresEngine {
    writer: Pool,
    /// Reads of a few rows by an index.
    readers: Pool,
    /// Reads that end at a deadline.
    listings: Listings,
    /// Look-ups of keys by digest, of sessions, and of sign-in data.
    authentication: Pool,
    /// Commits survive the end of the process, but perhaps not a failure of the database's machine.
    non_durable: Pool,
    /// Reports between nodes. No other call uses these connections.
    coordination: Pool,
    hints: Hints,
}

#[async_trait]
impl Engine for PostgresEngine {
    async fn acquire(&self, pool: PoolName) -> sqlx::Result<PooledConnection> {
        let connection = match pool {
            PoolName::Writer => self.writer.acquire().await?,
            PoolName::Readers => self.readers.acquire().await?,
            PoolName::Listings => self.listings.acquire().await?,
            PoolName::Authentication => self.authentication.acquire().await?,
            PoolName::NonDurable => self.non_durable.acquire().await?,
            PoolName::Coordination => self.coordination.acquire().await?,
        };
        Ok(ByEngine::Postgres(connection))
    }

    async fn begin(&self, scope: LockScope<'_>) -> sqlx::Result<OpenTransaction> {
        let locks = match scope {
            LockScope::Account(account) => lock(CHANGES, number(account)),
            LockScope::Feed(account) => lock(FEEDS, number(account)),
            LockScope::Installation => lock(INSTALLATION, 0),
        };
        self.writer.begin(locks).await.map(ByEngine::Postgres)
    }

    async fn begin_non_durable(&self) -> sqlx::Result<OpenTransaction> {
        // The wait for a row is shorter than PostgreSQL's `deadlock_timeout` of one second. So if a
        // change and this transaction wait for each other, this one gives way.
        let locks = format!(
            "SET LOCAL lock_timeout = '4s'; {} SET LOCAL lock_timeout = '500ms';",
            lock(NON_DURABLE, 0)
        );
        self.non_durable.begin(locks).await.map(ByEngine::Postgres)
    }

    /// The commit survives a failure of the database's machine.
    async fn begin_numbered(&self) -> sqlx::Result<OpenTransaction> {
        let mut transaction = self.begin_non_durable().await?;
        let durable = query("SET LOCAL synchronous_commit = on");
        transaction.run(durable).await?;
        Ok(transaction)
    }

    async fn begin_durable_coordination(&self) -> sqlx::Result<OpenTransaction> {
        let durable = "SET LOCAL synchronous_commit = on;".to_owned();
        self.coordination
            .begin(durable)
            .await
            .map(ByEngine::Postgres)
    }

    /// Checks that the database accepts changes. An operator, or the host of a full database, can
    /// make it read-only at any time.
    async fn check_writable(&self) -> sqlx::Result<()> {
        let mut connection = self.coordination.acquire().await?;
        let row = connection.first_row(query(READ_ONLY)).await?;
        let row = row.ok_or(sqlx::Error::RowNotFound)?;
        let (read_only,): (bool,) = row.read()?;
        if read_only {
            let reason = "the database is read-only";
            return Err(sqlx::Error::Protocol(reason.to_owned()));
        }
        Ok(())
    }

    async fn wait_for_hint(&self) {
        self.hints.wait().await;
    }

    fn audit_log_statements(&self) -> &'static LogStatements {
        &LOG_STATEMENTS
    }

    async fn close(&self) {
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
}

/// Kinds of advisory locks. No other program uses advisory locks in this database.
const INSTALLATION: i32 = 1;
const CHANGES: i32 = 2;
const FEEDS: i32 = 3;
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
