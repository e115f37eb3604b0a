//! SQLite: one file, one machine.
//!
//! The pools are named by what they guarantee:
//!
//! - *writer*: one connection for every durable change, so that changes queue in memory and not at the file's lock;
//! - *non-durable*: one connection for what a power cut may take (when a key or a session was last used, how many calls
//!   there were). Its writes do not wait for the disk, and give way to all others ([`turns`]);
//! - *authentication*: look-ups of keys, sessions and of what a sign-in needs, a row by its index each time;
//! - *readers*: other reads of a few rows by an index, such as one item, or the nodes that a revocation waits for;
//! - *listings*: reads that grow with the data or depend on the caller's filter, which end at a deadline ([`listings`]);
//! - *coordination*: what the servers at this file report to each other, heartbeats included.
//!
//! So no number of listings delays authentication, a revocation or a heartbeat.
//!
//! Feeds come to the writer one at a time: a revocation waits for one of them at most, however many are sent. Accounts take
//! turns with their feeds ([`Feeds`]). The pages that they change are copied from the write-ahead log into the file by a task of the store, on a connection of its own
//! ([`checkpoints`]), which no change waits for.

mod alone;
mod checkpoints;
pub(crate) mod files;
mod listings;
pub(crate) mod look;
pub(crate) mod open;
pub(crate) mod open_error;
#[cfg(test)]
mod plans;
pub(crate) mod pools;
#[path = "../ports/mod.rs"]
#[expect(
    clippy::duplicate_mod,
    reason = "the ports are compiled for each engine"
)]
mod ports;
mod terms;
mod turns;
#[cfg(test)]
mod verdicts;
mod write_check;

pub use open::OpenMode;
pub use open_error::OpenError;

use crate::error::Doing as _;
use crate::feeds::Feeds;
use crate::sql::audit::INDEXED_LOGS as LOGS;
use crate::sql::installation::PEPPER_FINGERPRINT as KEPT_PEPPER;
use crate::turn::Turn;
use alone::Alone;
use checkpoints::Checkpoints;
use domain::AccountId;
use listings::Listings;
use ports::Result;
use service::store::{DiskSpace, Quotas};
use sqlx::SqlitePool;
use std::path::Path;
use std::sync::{Arc, RwLock};
use turns::{Pool, Transaction};
use write_check::WriteCheck;

// What the ports are written against.
use SqliteStore as Store;
use sqlx::{Sqlite as Engine, SqliteConnection as Connection, SqliteExecutor as Executor};

/// Feeds that may be at the writer at once.
const FEEDS: usize = 1;

/// All ports on an SQLite file. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// One connection; what it commits survives power loss.
    writer: Pool,
    /// Reads a few rows by an index.
    readers: SqlitePool,
    /// Reads that end at a deadline.
    listings: Listings,
    /// Reads keys by their digest, sessions, and what a sign-in needs.
    authentication: SqlitePool,
    /// Lets one feed at a time to the writer.
    feeds: Feeds,
    /// One connection; what it commits survives the end of the process, and perhaps not power loss.
    non_durable: Pool,
    /// What servers that keep keys in memory report to each other. Nothing else waits for these connections.
    coordination: Pool,
    alone: Arc<Alone>,
    /// SQLite's write-ahead log, beside the file.
    log: Arc<Path>,
    checkpoints: Arc<Checkpoints>,
    quotas: Arc<RwLock<Quotas>>,
    write_check: Arc<WriteCheck>,
}

impl SqliteStore {
    /// Closes every connection once it is idle; calls that come later find the database unavailable. The writer goes
    /// last, so that SQLite can fold its log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.listings.close().await;
        self.authentication.close().await;
        self.non_durable.close().await;
        self.coordination.close().await;
        self.checkpoints.close().await;
        self.writer.close().await;
        self.alone.give_back().await;
    }

    /// Removes the nodes that were killed, where no other server is at this file. From here on until this is closed,
    /// none that comes will take it for gone.
    async fn forget_the_gone(&self) -> sqlx::Result<()> {
        let forget = async {
            let all = sqlx::query(crate::sql::verdict::FORGET_ALL);
            all.execute(&self.coordination).await.map(drop)
        };
        self.alone.enter(forget).await
    }

    /// Whether changes can be written to the file. Its file system can turn read-only at any time.
    async fn takes_changes(&self) -> sqlx::Result<()> {
        self.write_check.run(&self.non_durable).await
    }

    fn measure_disk(&self) -> Option<DiskSpace> {
        let system = rustix::fs::statvfs(self.log.parent()?).ok()?;
        let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
        // The next checkpoint can make the file grow by as much as the log holds.
        let log = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        // Some file systems on a network report no size.
        (system.f_blocks > 0).then(|| DiskSpace {
            free: bytes(system.f_bavail).saturating_sub(log),
            total: bytes(system.f_blocks),
        })
    }

    /// Nobody tells: it is looked.
    async fn hint(&self) {
        std::future::pending::<()>().await;
    }

    /// Begins a change; there is one at a time, whoever's turn it is. Dropped without a commit, it leaves nothing.
    async fn begin(&self, _turn: Turn<'_>, doing: &'static str) -> Result<Transaction> {
        self.writer.begin().await.doing(doing)
    }

    /// Waits for the turn of a change of the account, in a transaction that a feed began. Here the writer was that turn.
    #[expect(clippy::unused_self, reason = "the other engine waits")]
    fn turn_to_change(
        &self,
        _transaction: &mut Transaction,
        _account: &AccountId,
        _doing: &'static str,
    ) -> impl Future<Output = Result<()>> {
        std::future::ready(Ok(()))
    }

    /// Begins a change of what servers tell each other. Those that it tells are gone with the power as well.
    async fn begin_lasting(&self, doing: &'static str) -> Result<Transaction> {
        self.coordination.begin().await.doing(doing)
    }

    /// Begins a change that may be given up, but takes numbers that must not be given twice. The power takes the servers that
    /// know them as well.
    async fn begin_numbered(&self, doing: &'static str) -> Result<Transaction> {
        self.begin_non_durable(doing).await
    }

    /// Begins a change that may be lost with the power.
    async fn begin_non_durable(&self, doing: &'static str) -> Result<Transaction> {
        self.non_durable.begin().await.doing(doing)
    }
}

impl SqliteStore {
    /// Waits until the write-ahead log has room for a feed.
    async fn make_room_for_feed(&self) {
        self.checkpoints.make_room().await;
    }
}
