//! Lock that shows whether another server or command is at the file.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::sleep;

/// Delay between attempts while another process deletes the rows of dead nodes.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// File lock on the marker beside the database.
///
/// Every process that other nodes may wait for holds it shared for as long as its store is open.
/// The operating system releases it when a process is killed. So if a process gets it exclusively
/// for a moment, no other process keeps keys in memory.
#[derive(Debug)]
pub(super) struct ProcessLock {
    marker: PathBuf,
    file: Mutex<Option<File>>,
}

impl ProcessLock {
    pub(super) fn at(marker: PathBuf) -> Self {
        Self {
            marker,
            file: Mutex::default(),
        }
    }

    /// Returns whether a process that other nodes may wait for is at the file.
    pub(super) fn is_held(marker: &Path) -> io::Result<bool> {
        let marker = match File::open(marker) {
            Ok(marker) => marker,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        match marker.try_lock() {
            // The lock is released with the file.
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Acquires the shared lock. If no process holds it, runs `forget` first, under the exclusive
    /// lock: a node that registered in between would be deleted as well.
    pub(super) async fn acquire(
        &self,
        forget: impl Future<Output = sqlx::Result<()>>,
    ) -> sqlx::Result<()> {
        let mut file = self.file.lock().await;
        if file.is_some() {
            // Other processes may have started since, so nothing is deleted.
            return Ok(());
        }
        // Without file locks, nothing is deleted: other nodes wait for a dead node until they
        // notice that it is dead.
        let Ok(marker) = File::open(&self.marker) else {
            return Ok(());
        };
        if marker.try_lock().is_ok() {
            forget.await?;
            marker.unlock()?;
        }
        loop {
            match marker.try_lock_shared() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => sleep(RETRY_DELAY).await,
                Err(TryLockError::Error(_)) => return Ok(()),
            }
        }
        *file = Some(marker);
        Ok(())
    }

    pub(super) async fn release(&self) {
        *self.file.lock().await = None;
    }
}
