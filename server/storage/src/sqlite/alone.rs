//! Whether this is the only server at the file.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A lock on the marker beside the database, held for as long as the store is open. The operating system gives it back
/// when a server is killed, so that the next one knows that nobody else keeps keys in memory.
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

    /// Takes the lock where nobody has it. `false` also where that cannot be known.
    pub(super) fn is_held(&self) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none()
            && let Ok(marker) = File::open(&self.marker)
        {
            match marker.try_lock() {
                Ok(()) => *held = Some(marker),
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
            }
        }
        held.is_some()
    }

    pub(super) fn give_back(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
