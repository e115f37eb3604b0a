//! Checks that the file can be written.
//!
//! A file system can turn read-only after a fault while its files remain open for writing. Neither
//! SQLite nor the operating system reports that before a write fails, so the check is a write.

use super::open_error::is_busy;
use super::write_pool::Pool;
use crate::error::is_full;
use crate::query::query;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Rewrites the first page of the file with its current value. An `UPDATE` to equal values would
/// write nothing.
const WRITE: &str = "PRAGMA user_version = 0";
/// How long a result is reused, so that callers cannot cause more frequent writes.
const CACHE_PERIOD: Duration = Duration::from_secs(1);
/// How long the write may wait for other writes.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// Result and time of the last check. Concurrent callers wait for one write.
#[derive(Debug, Default)]
pub(super) struct WriteCheck(Mutex<Option<(Instant, bool)>>);

impl WriteCheck {
    /// Writes to the file, or returns the last result if that is recent enough.
    ///
    /// # Errors
    /// The last write failed because the file cannot be written. A locked or full file can be
    /// written again later: for a locked file the previous result holds, and a full disk is
    /// reported on its own.
    pub(super) async fn run(&self, connections: &Pool) -> sqlx::Result<()> {
        let mut last = self.0.lock().await;
        let was_writable = last.is_none_or(|(_, writable)| writable);
        if last.is_some_and(|(at, _)| at.elapsed() < CACHE_PERIOD) {
            return if was_writable {
                Ok(())
            } else {
                Err(unwritable_error())
            };
        }
        let result = match timeout(MAX_WAIT, connections.execute(query(WRITE))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if is_full(&error) => Ok(()),
            Ok(Err(error)) if !is_busy(&error) => Err(error),
            _ if was_writable => Ok(()),
            _ => Err(unwritable_error()),
        };
        *last = Some((Instant::now(), result.is_ok()));
        result
    }
}

fn unwritable_error() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other(
        "the database file could not be written",
    ))
}
