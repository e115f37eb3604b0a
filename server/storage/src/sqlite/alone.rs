//! Whether another server is at the file.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::sleep;

/// How long apart it is tried again while another one forgets those before it.
const AGAIN: Duration = Duration::from_millis(10);

/// A lock on the marker beside the database, which all who may be waited for hold in common for as long as the store is
/// open. The operating system gives it back when a server is killed, so that who has it alone for a moment knows that
/// nobody else keeps keys in memory.
#[derive(Debug)]
pub(super) struct Alone {
    marker: PathBuf,
    held: Mutex<Option<File>>,
}

impl Alone {
    pub(super) fn at(marker: PathBuf) -> Self {
        Self {
            marker,
            held: Mutex::default(),
        }
    }

    /// Takes the lock, and forgets those before where nobody has it. Nobody gets it before that is done: who came in
    /// between would be forgotten as well.
    pub(super) async fn enter(
        &self,
        forget: impl Future<Output = sqlx::Result<()>>,
    ) -> sqlx::Result<()> {
        let mut held = self.held.lock().await;
        if held.is_some() {
            // Others may have come since.
            return Ok(());
        }
        // Where there are no locks, nobody is forgotten: who is gone is waited for until somebody notices.
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
                Err(TryLockError::WouldBlock) => sleep(AGAIN).await,
                Err(TryLockError::Error(_)) => return Ok(()),
            }
        }
        *held = Some(marker);
        Ok(())
    }

    pub(super) async fn give_back(&self) {
        *self.held.lock().await = None;
    }
}
