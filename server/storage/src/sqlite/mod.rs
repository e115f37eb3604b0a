//! SQLite: one file, one machine.
//!
//! Four ways to the file. One writer for every change, so that changes queue in memory and not at the file's lock; a
//! few read-only connections, which never wait for it; a pair of those for the question who asks, so that no amount of
//! listing keeps anybody out; and one connection for what may be lost with the power (when a key or a session was last
//! used, how many calls there were), so that those writes wait for no disk.
//!
//! Feeds come to the writer one at a time: whoever revokes a key waits for one of them at most, however many are sent.

mod access;
mod account;
mod audit;
mod call;
mod factor;
mod files;
mod find;
mod installation;
mod inventory;
mod key;
mod lead;
mod link;
mod member;
mod notice;
mod once;
mod open;
mod open_error;
mod pools;
mod refusal;
mod rotation;
mod session;
mod several;
mod sighting;
mod team;

pub use open::OpenMode;
pub use open_error::OpenError;

use crate::error::{Corrupt, Doing as _};
use crate::sql;
use service::store::{AuditEvent, StoreError};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a feed waits for those before it.
const FEED_TURN: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, StoreError>;

/// All ports on an SQLite file. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// One connection; what it commits survives power loss.
    writer: SqlitePool,
    readers: SqlitePool,
    /// Reads who asks: keys by their digest, and sessions.
    door: SqlitePool,
    /// Lets one feed at a time to the writer.
    feeds: Arc<Semaphore>,
    /// One connection; what it commits survives the end of the process, and perhaps not power loss.
    relaxed: SqlitePool,
}

impl SqliteStore {
    /// Closes every connection once it is idle; calls that come later find the database unavailable. The writer goes
    /// last, so that SQLite can fold its log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.door.close().await;
        self.relaxed.close().await;
        self.writer.close().await;
    }

    /// Begins a change. Dropped without a commit, it leaves nothing.
    async fn begin(&self, doing: &'static str) -> Result<Transaction<'static, Sqlite>> {
        // Takes the write lock now: a transaction that reads first and upgrades later would fail at once where
        // another process wrote in between, whatever the busy timeout.
        self.writer.begin_with("BEGIN IMMEDIATE").await.doing(doing)
    }
}

impl SqliteStore {
    /// Waits for a feed's turn, in the order asked.
    async fn feed_turn(&self, doing: &'static str) -> Result<SemaphorePermit<'_>> {
        // Nobody closes it, so only time can run out.
        match tokio::time::timeout(FEED_TURN, self.feeds.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(sqlx::Error::PoolTimedOut).doing(doing),
        }
    }
}

/// Writes the audit event of the change that `connection`'s transaction makes.
async fn record(connection: &mut SqliteConnection, event: &AuditEvent) -> Result<()> {
    let (actor_kind, actor_id) = event.actor.parts();
    sqlx::query(sql::audit::RECORD)
        .bind(event.account_id.as_str())
        .bind(event.at.millis())
        .bind(actor_kind)
        .bind(actor_id)
        .bind(event.action.as_str())
        .bind(event.subject.as_str())
        .bind(event.ip.map(|ip| ip.to_string()))
        .bind(event.user_agent.as_deref())
        .bind(event.detail.to_string())
        .execute(connection)
        .await
        .doing("recording an audit event")?;
    Ok(())
}

/// Reads a row, where there is one.
fn read<R, T>(row: Option<R>, doing: &'static str) -> Result<Option<T>>
where
    T: TryFrom<R, Error = Corrupt>,
{
    row.map(T::try_from).transpose().doing(doing)
}

/// Reads all rows.
fn read_all<R, T>(rows: Vec<R>, doing: &'static str) -> Result<Vec<T>>
where
    T: TryFrom<R, Error = Corrupt>,
{
    rows.into_iter()
        .map(T::try_from)
        .collect::<std::result::Result<_, _>>()
        .doing(doing)
}
