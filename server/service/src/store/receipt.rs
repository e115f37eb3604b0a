//! Receipts of changes that have to reach every node.

use serde::{Deserialize, Serialize};

/// Result of waiting until a change has reached the nodes that keep keys in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Number of nodes that were registered after the commit, including the one that made the
    /// change. A command that makes the change is not a node.
    pub nodes: u32,
    /// Number of those nodes that acknowledged the change. The keys in the memory of the others
    /// expired.
    pub acknowledged: u32,
    /// Time from the beginning of the change until this result was known, in milliseconds.
    pub millis: u64,
}
