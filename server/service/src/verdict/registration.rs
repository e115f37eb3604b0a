//! The registration of a node, and the state of its polls.

use crate::store::NodeId;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Mutex, watch};

/// The node's registration, and the number up to which it has noted every change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registration {
    pub(super) id: NodeId,
    pub(super) last_noted: u64,
}

/// State of a node's polls, of which one runs at a time.
#[derive(Debug, Default)]
pub(super) struct Heartbeat {
    /// `None` until the node is registered.
    pub(super) registration: Mutex<Option<Registration>>,
    /// The same, published to the task that acknowledges (L6).
    pub(super) published: watch::Sender<Option<Registration>>,
    /// Whether no other node was registered when the peers were last watched.
    pub(super) has_no_peers: AtomicBool,
    /// Whether this process is not a node, or no longer one: it does not register, and uses no key
    /// in memory.
    pub(super) detached: AtomicBool,
}

impl Heartbeat {
    pub(super) fn id(&self) -> Option<NodeId> {
        self.published
            .borrow()
            .as_ref()
            .map(|registration| registration.id.clone())
    }

    pub(super) fn is_unregistered(&self) -> bool {
        self.detached.load(Ordering::Relaxed)
    }
}
