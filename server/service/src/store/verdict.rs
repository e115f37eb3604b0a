//! What nodes that keep keys in memory tell each other through the database.

use super::{Receipt, Result};
use crate::key::KeyDigest;
use crate::pepper::PepperId;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};

/// As many changes come in one page.
pub const CHANGES_PAGE: usize = 1_000;

/// A change of what the decision on a call depends on. They are numbered from 1 on without a gap, in the order in which
/// they became visible.
#[derive(Debug, Clone)]
pub struct VerdictChange {
    pub number: u64,
    pub of: ChangeOf,
}

#[derive(Debug, Clone)]
pub enum ChangeOf {
    Key(KeyDigest),
    /// All keys of an account.
    Account(AccountId),
}

/// A node that keeps keys in memory, as it is called from one emptying of its memory to the next.
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRecord {
    pub id: NodeId,
    /// What changed up to this number it has no longer in memory.
    pub acknowledged: u64,
    /// Rises while the node lives and is not alone.
    pub beats: u64,
    /// It is taken for dead.
    pub leaving: bool,
}

/// How a change reaches every node. `crate::verdict` says why this is enough.
#[async_trait]
pub trait VerdictStore: Send + Sync + 'static {
    /// Registers a node whose memory is empty and that accepts these peppers, and gives the number of the last change. Nodes
    /// that are known to be gone are removed. `None` if the installation has another pepper.
    async fn register_node(&self, id: &NodeId, accepted: &[PepperId]) -> Result<Option<u64>>;

    /// The number of the last change, for who makes one and is no node. Nodes that are known to be gone are removed.
    async fn last_change(&self) -> Result<u64>;

    /// The first of the changes after a number, at most [`CHANGES_PAGE`], in their order, as of one moment at which the
    /// node was registered and not leaving; `None` where it is not, and where that number is not given yet: then the
    /// database is an older one than it was. A first number that is not the next one says that older changes are not kept
    /// any more.
    async fn verdict_changes(
        &self,
        node: &NodeId,
        after: u64,
    ) -> Result<Option<Vec<VerdictChange>>>;

    /// Notes that the node lives, and up to which change nothing old is in its memory. A node that is not registered
    /// is passed over.
    async fn acknowledge(&self, node: &NodeId, number: u64) -> Result<()>;

    async fn nodes(&self) -> Result<Vec<NodeRecord>>;

    /// Takes a node for dead, where it is still as it was seen.
    async fn expel_node(&self, seen: &NodeRecord) -> Result<()>;

    /// Keeps how a revocation reached the nodes: of one key, or of all of the account that were revoked at that moment.
    /// Where it is kept already nothing changes.
    async fn keep_receipt(
        &self,
        account: &AccountId,
        revoked_at: Timestamp,
        key: Option<&KeyId>,
        receipt: Receipt,
    ) -> Result<()>;

    async fn remove_node(&self, id: &NodeId) -> Result<()>;

    /// Returns soon after something may have changed, or never: a hint, which may be lost.
    async fn may_have_changed(&self);
}
