//! Figures of a running node for its operator.

use crate::store::PepperNeed;
use crate::{Attempt, Service};
use std::sync::atomic::Ordering;

/// Figures as of now, or since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Keys that are judged without the database.
    pub keys_in_memory: u64,
    /// Whether this node has a lease. Otherwise each call reads the database.
    pub memory_may_be_used: bool,
    /// Keys with usage that is not written yet.
    pub uses_pending: u64,
    /// Number of times that keys were read from the database, since the start.
    pub key_reads: u64,
    /// Failed attempts to sign in since the start, in the order of [`Attempt::ALL`].
    pub failed_attempts: [u64; Attempt::ALL.len()],
    /// Data that still needs the old pepper; `None` if this process was given none.
    pub pepper_need: Option<PepperNeed>,
    /// Whether feeds and leads are refused because the disk is nearly full.
    pub storage_low: bool,
    /// Revocations and pauses that are in force on this node and not stored yet.
    pub not_stored: u64,
}

impl Service {
    pub fn figures(&self) -> Figures {
        Figures {
            keys_in_memory: self.verdicts.kept(),
            memory_may_be_used: self.verdicts.may_be_used(self.boot_micros()),
            uses_pending: self.usages.pending(),
            failed_attempts: self.attempts.counts(),
            key_reads: self.key_reads.load(Ordering::Relaxed) + self.suspects.reads(),
            pepper_need: self.peppers.need(),
            storage_low: self.storage_is_low(),
            not_stored: self.unstored.count() as u64,
        }
    }
}
