//! Keeps SQLite's write-ahead log short without making a change wait for it (I4, I5 in [`super`]).
//!
//! A commit appends the pages that it changed to the log. A *checkpoint* copies them into the
//! database file, after which the next change may restart the log at its beginning. If this were
//! left to SQLite, the connection whose commit makes the log long would run the checkpoint within
//! that commit. A feed can change more than 10,000 pages, and a revocation would wait until all of
//! them are copied. So connections that write run no checkpoints, unless the log is longer than
//! [`MAX_LOG_PAGES`]. Checkpoints have a separate connection:
//!
//! 1. Each commit wakes a task. When the log has [`LONG_LOG_PAGES`] pages, the task runs a
//!    `PASSIVE` checkpoint, which takes no lock that a reader or a writer waits for.
//! 2. The pages that were committed meanwhile are copied in a second pass, during which nothing in
//!    this process writes. It is short, since it copies fewer than [`LONG_LOG_PAGES`] pages, often
//!    none. A change restarts the log only if the whole log had been copied when the change began:
//!    without the second pass, consecutive changes would append to the log for ever.
//! 3. A feed does the same before it begins ([`Checkpoints::make_room`]). So the log holds the
//!    pages of one feed and some [`LONG_LOG_PAGES`] pages of other changes, however many feeds are
//!    sent.
//!
//! A checkpoint copies no page that is newer than the snapshot of a reading transaction. A feed
//! waits at most as long as a listing may take. Longer transactions, such as a backup, let the log
//! grow, and the checkpoint is retried until they have ended. The reserve of free disk space
//! accounts for the length of the log.
//!
//! No durability depends on this. A durable change is in the log, and the log is synced, before its
//! commit returns (I2). A checkpoint syncs the log before it copies from it, and syncs the file
//! before the log may be overwritten. If the process is killed in between, the log still holds
//! everything.

use super::write_scheduler::WriteScheduler;
use crate::listing;
use sqlx::SqlitePool;
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

/// Length of the log in pages (4 KiB each) from which on it is copied: the same as SQLite's
/// default.
const LONG_LOG_PAGES: i64 = 1_000;

/// Length of the log in pages from which on a commit runs the checkpoint itself: 128 MiB.
///
/// One feed writes less than half of it, so only a much larger change, or a checkpoint task that
/// makes no progress, gets this far.
pub(super) const MAX_LOG_PAGES: i64 = 32_768;

/// Delay before a checkpoint that could not copy everything is retried.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// Delay before a checkpoint that failed, for example on a full disk, is retried.
const FAILURE_DELAY: Duration = Duration::from_secs(1);

/// Runs the checkpoints until it is dropped.
#[derive(Debug)]
pub(super) struct Checkpoints {
    log: Log,
    task: AbortHandle,
}

#[derive(Debug, Clone)]
struct Log {
    /// One connection, so that one checkpoint runs at a time.
    connection: SqlitePool,
    scheduler: WriteScheduler,
}

#[derive(Debug, sqlx::FromRow)]
struct Progress {
    /// Whether another process runs a checkpoint.
    busy: i64,
    /// Number of pages in the log.
    log: i64,
    /// Number of these pages that have been copied into the file.
    checkpointed: i64,
}

impl Progress {
    fn is_complete(&self) -> bool {
        self.busy == 0 && self.log == self.checkpointed
    }
}

impl Checkpoints {
    pub(super) fn start(connection: SqlitePool, scheduler: WriteScheduler) -> Self {
        let log = Log {
            connection,
            scheduler,
        };
        let task = tokio::spawn(log.clone().keep_short()).abort_handle();
        Self { log, task }
    }

    /// Waits until the log is short, or until readers have kept it long for as long as a listing
    /// may take (W1).
    pub(super) async fn make_room(&self) {
        let start = Instant::now();
        // The task reports a failure, and the feed's own writes report what it means for the feed.
        while let Ok(false) = self.log.shorten().await {
            if start.elapsed() >= listing::DEADLINE {
                break;
            }
            sleep(RETRY_DELAY).await;
        }
    }

    pub(super) async fn close(&self) {
        self.task.abort();
        // Waits for a checkpoint that is under way.
        self.log.connection.close().await;
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Log {
    async fn keep_short(self) {
        let mut has_failed = false;
        loop {
            self.scheduler.wait_for_commit().await;
            loop {
                match self.shorten().await {
                    Ok(is_short) => {
                        has_failed = false;
                        if is_short {
                            break;
                        }
                        sleep(RETRY_DELAY).await;
                    }
                    Err(sqlx::Error::PoolClosed) => return,
                    Err(error) => {
                        if !has_failed {
                            tracing::warn!(
                                %error,
                                "the write-ahead log could not be copied into the database file; retrying every second"
                            );
                        }
                        has_failed = true;
                        sleep(FAILURE_DELAY).await;
                    }
                }
            }
        }
    }

    /// Runs a checkpoint if the log is long.
    ///
    /// Returns whether the log is short or can be restarted by the next change.
    async fn shorten(&self) -> sqlx::Result<bool> {
        let mut connection = self.connection.acquire().await?;
        let mut run = async |checkpoint: &'static str| -> sqlx::Result<Progress> {
            sqlx::query_as(checkpoint).fetch_one(&mut *connection).await
        };
        let progress = run("PRAGMA wal_checkpoint(NOOP)").await?;
        if progress.log < LONG_LOG_PAGES {
            return Ok(true);
        }
        if !progress.is_complete() {
            let first = run("PRAGMA wal_checkpoint(PASSIVE)").await?;
            if first.busy != 0 || first.log - first.checkpointed >= LONG_LOG_PAGES {
                return Ok(false);
            }
        }
        // The second pass, with the exclusive permit, so that no page is added meanwhile.
        let _permit = self.scheduler.exclusive().await;
        Ok(run("PRAGMA wal_checkpoint(PASSIVE)").await?.is_complete())
    }
}

#[cfg(test)]
mod tests;
