//! Metrics of a running node for its operator.

use crate::failed_attempts::AttemptKind;
use crate::store::PepperNeed;

/// Metrics as of now, or since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeMetrics {
    /// Keys that are judged without the database.
    pub keys_in_memory: u64,
    /// Whether this node has a lease. Otherwise each call reads the database.
    pub has_lease: bool,
    /// Keys with usage that is not written yet.
    pub uses_pending: u64,
    /// Number of times that keys were read from the database, since the start.
    pub key_reads: u64,
    /// Failed attempts to sign in since the start, in the order of [`AttemptKind::ALL`].
    pub failed_attempts: [u64; AttemptKind::ALL.len()],
    /// Data that still needs the old pepper; `None` if this process has no old pepper.
    pub pepper_need: Option<PepperNeed>,
    /// Whether feeds and leads are refused because the disk is nearly full.
    pub storage_low: bool,
    /// Revocations and pauses that are in force on this node and not stored yet.
    pub not_stored: u64,
}
