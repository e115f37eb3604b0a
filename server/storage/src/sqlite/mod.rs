//! SQLite: one file on one machine. This module is the root of the write path.
//!
//! # Definitions
//! - *Write lock*: SQLite's lock on the file. One connection of any process holds it at a time.
//! - *Write permit*: a guard of the process-wide, fair read-write lock in `write_scheduler`.
//!   Permits are shared or exclusive. They order the writes of this process before the write lock
//!   is requested.
//! - *Log*: SQLite's write-ahead log, the `-wal` file. A *checkpoint* copies its pages into the
//!   database file (`checkpoints`).
//! - *Feed permit*: admits a bulk change of items to the writer; accounts take turns
//!   (`FeedLimiter`).
//! - *Pools*, named by what they guarantee (`pools`):
//!   - *writer*: one connection for every durable change, with a shared write permit;
//!   - *non-durable*: one connection for writes that a power cut may lose (last uses, call counts),
//!     with an exclusive write permit;
//!   - *coordination*: what the servers at this file report to each other, such as heartbeats; with
//!     a shared write permit, non-durable;
//!   - *authentication*: look-ups of keys, sessions and sign-in data, one row by its index each
//!     time;
//!   - *readers*: other reads of a few rows by an index;
//!   - *listings*: reads that grow with the data or depend on the caller's filter (`listings`).
//!
//! # Invariants
//! - **I1** A transaction takes the write lock before it reads (`BEGIN IMMEDIATE`). So whatever it
//!   has read stays true until it commits, and it never fails because its snapshot is outdated.
//! - **I2** A durable commit returns only after the log is synced (`synchronous=FULL`). Commits of
//!   the other pools survive the end of the process, but perhaps not a power cut (`NORMAL`).
//! - **I3** A write waits only for writes of this process that were requested before it, so that
//!   successive non-durable transactions cannot starve a durable change. A permit is waited for up
//!   to 500 ms; after that, the write lock alone decides.
//! - **I4** A commit runs no checkpoint unless the log has more than `checkpoints::LONGEST`
//!   pages.
//! - **I5** One feed is at the writer at a time, and it starts with a short log unless a reader
//!   keeps the log long. So a revocation waits for one feed at most, and the log holds about one
//!   feed.
//! - **I6** A transaction that is dropped without a commit is rolled back. Its permit is released
//!   once the rollback is under way.
//! - **I7** Authentication, revocations and heartbeats use no connection that a listing can occupy.
//!
//! # Steps of a writer
//! - **W1** For a feed: wait for the feed permit, then for a short log
//!   (`Checkpoints::make_room`).
//! - **W2** Wait for the write permit.
//! - **W3** Acquire the connection of the pool, and take the write lock. Another process may hold
//!   it for up to 5 s.
//! - **W4** Read, check the actor's authority again, write, and record the audit event.
//! - **W5** Commit, then wake the checkpoint task, which checkpoints a long log.
//! - **W6** Give the connection back, then release the permit.
//!
//! # Steps of a reader
//! - **R1** Acquire a read-only connection of the pool for the purpose. No reader waits for a
//!   writer.
//! - **R2** Read the snapshot of the last commit. A listing is interrupted at its deadline.
//!
//! # Failures
//! - **F1** The process is killed: SQLite ignores transactions in the log that have no commit
//!   record.
//! - **F2** Power is lost: durable commits survive (I2). The database is intact in either mode.
//! - **F3** A connection or the write lock is not available in time: [`StoreError::Unavailable`],
//!   and nothing is changed.
//! - **F4** The disk is full: [`StoreError::Full`]. SQLite may roll the transaction back on its
//!   own; the pool then replaces the connection.
//! - **F5** COMMIT reports an I/O error: [`StoreError::InDoubt`], since the commit record may be in
//!   the log although the sync failed (`commit.rs`). No step before W5 is ever in doubt.
//! - **F6** Checkpoints fail, or a long transaction reads: the log grows, nothing is lost, and the
//!   task tries again.
//! - **F7** The file system turns read-only: `write_check` notices it by a write.
//!
//! [`StoreError::Unavailable`]: service::store::StoreError::Unavailable
//! [`StoreError::Full`]: service::store::StoreError::Full
//! [`StoreError::InDoubt`]: service::store::StoreError::InDoubt

mod checkpoints;
mod connection;
pub(crate) mod files;
pub(crate) mod inspection;
mod interruption;
mod listings;
pub(crate) mod open;
pub(crate) mod open_error;
pub(crate) mod pools;
mod process_lock;
#[cfg(test)]
mod query_plans;
#[cfg(test)]
mod verdict_columns;
mod write_check;
mod write_pool;
mod write_scheduler;

pub(crate) use connection::{PooledConnection, Transaction};
pub use inspection::{inspect, is_in_use, is_safe_version};
pub use open::open;
pub use open_error::OpenError;

use crate::engine::{Engine, OpenTransaction, PoolName, PooledConnection as EngineConnection};
use crate::lock_scope::LockScope;
use crate::ports::audit::{INDEXED_LOG_STATEMENTS, LogStatements};
use crate::ports::verdict;
use crate::query::{ByEngine, query};
use async_trait::async_trait;
use checkpoints::Checkpoints;
use listings::Listings;
use process_lock::ProcessLock;
use service::store::DiskSpace;
use sqlx::SqlitePool;
use std::path::Path;
use write_check::WriteCheck;
use write_pool::Pool;

/// Number of feeds that may be at the writer concurrently (I5).
const MAX_CONCURRENT_FEEDS: usize = 1;

/// An SQLite file with its pools.
#[derive(Debug)]
pub(crate) struct SqliteEngine {
    /// One connection for durable changes (I2).
    writer: Pool,
    /// Reads of a few rows by an index.
    readers: SqlitePool,
    /// Reads that end at a deadline.
    listings: Listings,
    /// Look-ups of keys by digest, of sessions, and of sign-in data (I7).
    authentication: SqlitePool,
    /// One connection for writes that survive the end of the process, but perhaps not a power cut.
    non_durable: Pool,
    /// Reports between servers that keep keys in memory. No other call uses these connections (I7).
    coordination: Pool,
    process_lock: ProcessLock,
    /// SQLite's write-ahead log, beside the database file.
    log: Box<Path>,
    checkpoints: Checkpoints,
    write_check: WriteCheck,
}

#[async_trait]
impl Engine for SqliteEngine {
    /// R1.
    async fn acquire(&self, pool: PoolName) -> sqlx::Result<EngineConnection> {
        let connection = match pool {
            PoolName::Readers => PooledConnection::for_reading(self.readers.acquire().await?),
            PoolName::Authentication => {
                PooledConnection::for_reading(self.authentication.acquire().await?)
            }
            PoolName::Listings => self.listings.acquire().await?,
            PoolName::Writer => self.writer.acquire().await?,
            PoolName::NonDurable => self.non_durable.acquire().await?,
            PoolName::Coordination => self.coordination.acquire().await?,
        };
        Ok(ByEngine::Sqlite(connection))
    }

    /// W2, W3. The pools that only read refuse the statement.
    async fn acquire_for_writing(&self, pool: PoolName) -> sqlx::Result<EngineConnection> {
        let connection = match pool {
            PoolName::Writer => self.writer.acquire_for_writing().await?,
            PoolName::NonDurable => self.non_durable.acquire_for_writing().await?,
            PoolName::Coordination => self.coordination.acquire_for_writing().await?,
            PoolName::Readers | PoolName::Listings | PoolName::Authentication => {
                return self.acquire(pool).await;
            }
        };
        Ok(ByEngine::Sqlite(connection))
    }

    /// Begins a durable change (W2, W3). Only one runs at a time, so the scope of the lock is
    /// ignored.
    async fn begin(&self, _scope: LockScope<'_>) -> sqlx::Result<OpenTransaction> {
        self.writer.begin().await.map(ByEngine::Sqlite)
    }

    async fn begin_non_durable(&self) -> sqlx::Result<OpenTransaction> {
        self.non_durable.begin().await.map(ByEngine::Sqlite)
    }

    /// A power cut that loses the numbers also stops every server that has seen them.
    async fn begin_numbered(&self) -> sqlx::Result<OpenTransaction> {
        self.begin_non_durable().await
    }

    /// A power cut that loses the change also stops every server that relies on it, so this commit
    /// is not durable.
    async fn begin_durable_coordination(&self) -> sqlx::Result<OpenTransaction> {
        self.coordination.begin().await.map(ByEngine::Sqlite)
    }

    /// Waits until the write-ahead log is short enough for a feed (W1).
    async fn make_room_for_feed(&self) {
        self.checkpoints.make_room().await;
    }

    /// Deletes the rows of nodes that were killed, if no other server is at this file. From then
    /// until this engine is closed, no server that starts presumes this one dead.
    async fn forget_dead_nodes(&self) -> sqlx::Result<()> {
        let forget = async {
            let all = query(verdict::FORGET_ALL);
            self.coordination.execute(all).await.map(drop)
        };
        self.process_lock.acquire(forget).await
    }

    /// Checks that the file can be written. Its file system can turn read-only at any time (F7).
    async fn check_writable(&self) -> sqlx::Result<()> {
        self.write_check.run(&self.non_durable).await
    }

    fn measure_disk(&self) -> Option<DiskSpace> {
        let system = rustix::fs::statvfs(self.log.parent()?).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
        // The next checkpoint can make the file grow by as much as the log holds.
        let log = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        // Some network file systems report no size.
        (system.f_blocks > 0).then(|| DiskSpace {
            free: bytes(system.f_bavail).saturating_sub(log),
            total: bytes(system.f_blocks),
        })
    }

    fn audit_log_statements(&self) -> &'static LogStatements {
        &INDEXED_LOG_STATEMENTS
    }

    /// Closes the writer last, so that SQLite can copy the log into the file.
    async fn close(&self) {
        self.readers.close().await;
        self.listings.close().await;
        self.authentication.close().await;
        self.non_durable.close().await;
        self.coordination.close().await;
        self.checkpoints.close().await;
        self.writer.close().await;
        self.process_lock.release().await;
    }
}
