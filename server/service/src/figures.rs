//! What an operator watches of a running node.

use crate::store::PepperNeed;
use crate::{Attempt, Service};
use std::sync::atomic::Ordering;

/// As of now, or since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Keys that are judged without the database.
    pub keys_in_memory: u64,
    /// Whether this node knows of every change of keys. Otherwise each call reads the database.
    pub memory_may_be_used: bool,
    /// Keys of whose calls something is not written yet.
    pub uses_pending: u64,
    /// How often the database was asked for keys, since the start.
    pub key_reads: u64,
    /// Failed attempts to sign in since the start, in the order of [`Attempt::ALL`].
    pub failed_attempts: [u64; Attempt::ALL.len()],
    /// What still needs the old pepper; `None` if this process was given none.
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
