//! Checks whether the file takes changes.
//!
//! A file system can turn read-only after a fault while its files stay open for writing. Neither SQLite nor the operating system
//! reports that before a write fails, so the check is a write.

use super::open_error::is_busy;
use super::turns::Pool;
use crate::error::is_full;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Writes the first page of the file with the value that it has. An `UPDATE` to equal values would write nothing.
const WRITE: &str = "PRAGMA user_version = 0";
/// How long a result holds, so that callers cannot have the file written more often.
const PERIOD: Duration = Duration::from_secs(1);
/// How long the write may wait for other writes.
const PATIENCE: Duration = Duration::from_millis(500);

/// The result of the last check, and its time. Callers that come together wait for one write.
#[derive(Debug, Default)]
pub(super) struct WriteCheck(Mutex<Option<(Instant, bool)>>);

impl WriteCheck {
    /// # Errors
    /// If the last write failed because the file cannot be written. A file that is locked or full can be written again
    /// later: the result before holds for one that is locked, and a full disk is reported by itself.
    pub(super) async fn run(&self, connections: &Pool) -> sqlx::Result<()> {
        let mut last = self.0.lock().await;
        let before = last.is_none_or(|(_, writable)| writable);
        if last.is_some_and(|(at, _)| at.elapsed() < PERIOD) {
            return if before { Ok(()) } else { Err(unwritable()) };
        }
        let result = match timeout(PATIENCE, sqlx::query(WRITE).execute(connections)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if is_full(&error) => Ok(()),
            Ok(Err(error)) if !is_busy(&error) => Err(error),
            _ if before => Ok(()),
            _ => Err(unwritable()),
        };
        *last = Some((Instant::now(), result.is_ok()));
        result
    }
}

fn unwritable() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other(
        "the database file could not be written",
    ))
}
