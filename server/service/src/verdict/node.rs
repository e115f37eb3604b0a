//! This process as a node: its memory of verdicts, and its lease.

use super::registration::Heartbeat;
use super::{Verdict, Verdicts};
use crate::clock::Clock;
use crate::key::KeyDigest;
use crate::peppers::Peppers;
use crate::random::Random;
use crate::store::{NodeId, VerdictStore};
use std::sync::Arc;

/// A node of the installation: the verdicts that it holds in memory, and the lease under which it
/// may use them. The protocol is in `crate::verdict`.
pub struct Node {
    pub(super) store: Arc<dyn VerdictStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) peppers: Arc<Peppers>,
    pub(crate) verdicts: Verdicts,
    pub(super) heartbeat: Heartbeat,
}

impl Node {
    pub(crate) fn new(
        store: Arc<dyn VerdictStore>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        peppers: Arc<Peppers>,
    ) -> Self {
        Self {
            store,
            clock,
            random,
            peppers,
            verdicts: Verdicts::default(),
            heartbeat: Heartbeat::default(),
        }
    }

    /// R1 and R2: returns the verdict on a key if it is in memory and may be used.
    pub(crate) fn find(&self, digest: &KeyDigest) -> Option<Arc<Verdict>> {
        self.verdicts.find(digest, self.clock.boot_micros())
    }

    /// Whether this node has a lease. Otherwise each call reads the database.
    pub(crate) fn has_lease(&self) -> bool {
        self.verdicts.has_lease(self.clock.boot_micros())
    }

    /// Returns the id of this node; `None` until it is registered.
    pub(crate) fn id(&self) -> Option<NodeId> {
        self.heartbeat.id()
    }

    /// Whether this process is not a node, or no longer one.
    pub(crate) fn is_unregistered(&self) -> bool {
        self.heartbeat.is_unregistered()
    }
}
