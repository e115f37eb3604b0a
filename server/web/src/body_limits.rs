//! Limits of large bodies: memory and threads.

use crate::memory;
use files::feed::workers;

/// Limits of large bodies: memory and threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// Memory budget in bytes for bodies of more than 64 KiB, each of which counts twice.
    pub memory: u64,
    /// Number of feeds that are read concurrently.
    pub feeds_at_once: usize,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            memory: memory::DEFAULT,
            feeds_at_once: workers::DEFAULT_AT_ONCE,
        }
    }
}
