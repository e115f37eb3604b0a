//! Change epochs and node registration: how nodes with keys in memory stay exact through the
//! database.

use super::{Receipt, Result};
use crate::key::KeyDigest;
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};

/// Changes on one page of [`VerdictStore::verdict_changes`].
pub const CHANGES_PER_PAGE: usize = 1_000;

/// A change of what the decision on a call depends on. Changes are numbered from 1 on without a
/// gap, in the order in which they became visible.
#[derive(Debug, Clone)]
pub struct VerdictChange {
    pub number: u64,
    pub of: AffectedKeys,
}

/// The keys that a change affects.
#[derive(Debug, Clone)]
pub enum AffectedKeys {
    Key(KeyDigest),
    /// All keys of an account.
    Account(AccountId),
}

/// The id of a node that keeps keys in memory. A node takes a new id each time it registers with an
/// empty memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeId(pub(crate) String);

impl NodeId {
    pub fn from_stored(id: String) -> Self {
        Self(id)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The registration of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRecord {
    pub id: NodeId,
    /// The node no longer holds in memory anything that a change up to this number affected.
    pub acknowledged: u64,
    /// A heartbeat counter, which rises while the node is alive and is not the only one.
    pub heartbeats: u64,
    /// The node is presumed dead.
    pub presumed_dead: bool,
}

/// How a change reaches every node. `crate::verdict` explains why this is enough.
#[async_trait]
pub trait VerdictStore: Send + Sync + 'static {
    /// Registers a node whose memory is empty and that accepts these peppers, and returns the
    /// number of the last change. Removes nodes that are known to be gone. Returns `None` if the
    /// installation has another pepper.
    async fn register_node(&self, id: &NodeId, accepted: &[PepperId]) -> Result<Option<u64>>;

    /// Returns the number of the last change, for a process that makes a change without being a
    /// node. Removes nodes that are known to be gone.
    async fn last_change(&self) -> Result<u64>;

    /// Returns up to [`CHANGES_PER_PAGE`] changes after a number, in their order, as of one moment
    /// at which the node was registered and not presumed dead.
    ///
    /// Returns `None` if the node was not, or if no change has that number yet: then the database
    /// was replaced by an older one. If the first returned number is not the next one, older
    /// changes are no longer stored.
    async fn verdict_changes(
        &self,
        node: &NodeId,
        after: u64,
    ) -> Result<Option<Vec<VerdictChange>>>;

    /// Writes a heartbeat of the node, and the number up to which its memory holds nothing
    /// outdated. Does nothing if the node is not registered, or is presumed dead.
    async fn acknowledge(&self, node: &NodeId, number: u64) -> Result<()>;

    async fn nodes(&self) -> Result<Vec<NodeRecord>>;

    /// Marks a node as presumed dead, unless its heartbeat counter has risen since it was `seen`.
    async fn mark_node_dead(&self, seen: &NodeRecord) -> Result<()>;

    /// Stores how a revocation reached the nodes: the revocation of one key, or of all keys of the
    /// account that were revoked at that moment. Does nothing if that is already stored.
    async fn keep_receipt(
        &self,
        account: &AccountId,
        revoked_at: Timestamp,
        key: Option<&KeyId>,
        receipt: Receipt,
    ) -> Result<()>;

    async fn remove_node(&self, id: &NodeId) -> Result<()>;

    /// Returns soon after something may have changed, or never. This is a hint, which may be lost.
    async fn change_hint(&self);
}
