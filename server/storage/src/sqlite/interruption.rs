//! Interruption of a listing whose caller has disconnected or whose deadline has passed.

use crate::error::sqlite_code;
use crate::listing::PastDeadline;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// SQLite's code for a statement that the progress handler ended.
const SQLITE_INTERRUPT: i32 = 9;

/// Interrupts the statement of a listing when it is dropped.
#[derive(Debug)]
pub(super) struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// Sets the flag that the progress handler of the connection checks.
    pub(super) const fn by(is_abandoned: Arc<AtomicBool>) -> Self {
        Self(is_abandoned)
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reports an interruption as a listing that is past its deadline.
pub(super) fn past_deadline(error: sqlx::Error) -> sqlx::Error {
    let interrupted = error
        .as_database_error()
        .is_some_and(|error| sqlite_code(error) == Some(SQLITE_INTERRUPT));
    if interrupted {
        PastDeadline::error()
    } else {
        error
    }
}
