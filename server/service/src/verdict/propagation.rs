//! Propagation: changes that are confirmed only once every node judges by them.
//!
//! The steps are those of the writer in [`super`].

use super::Node;
use super::epochs::LEASE;
use super::heartbeat::{LOOK, Place};
use crate::error::Error;
use crate::store::{NodeId, NodeRecord, Receipt, StoreError};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Margin for the difference in speed of two clocks over one lease, many times what is usual.
const MARGIN: u64 = 100_000;
const ASK_AGAIN: Duration = Duration::from_millis(10);

impl Node {
    /// Makes a change that decisions on calls depend on, and waits until it has reached all nodes.
    /// After `Ok`, each request that starts on any node is judged by the change. Every call of a
    /// port that makes such a change goes through here.
    ///
    /// The receipt is `None` if the nodes could not be asked. The change is in force then as well,
    /// because all leases from before it have ended.
    ///
    /// # Errors
    /// The store's. The change may have been made all the same (F7): this node has looked for it,
    /// or has withdrawn its lease (W2).
    pub(crate) async fn propagate<T>(
        &self,
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(T, Option<Receipt>), Error> {
        let began = self.clock.boot_micros();
        // W1.
        let changed = change.await;
        let returned = self.clock.boot_micros();
        // W2, even if W1 failed: the change may have been made.
        let (own, number) = self.look_after_a_change().await.unzip();
        let own = own.flatten();
        // W3.
        let changed = changed?;
        let until = returned + LEASE + MARGIN;
        let mut count = None;
        loop {
            let left = until.saturating_sub(self.clock.boot_micros());
            let asked = timeout(Duration::from_micros(left.max(1)), self.store.nodes()).await;
            if let (Ok(Ok(nodes)), Some(number)) = (asked, number) {
                let (all, known) = count_acknowledged(&nodes, own.as_ref(), number);
                count = Some((all, known));
                if known == all {
                    break;
                }
            }
            if left == 0 {
                break;
            }
            sleep(ASK_AGAIN).await;
        }
        // W4.
        let millis = self.clock.boot_micros().saturating_sub(began) / 1_000;
        let receipt = count.map(|(nodes, acknowledged)| Receipt {
            nodes,
            acknowledged,
            millis,
        });
        Ok((changed, receipt))
    }

    /// W2: returns the node's id, if this process is a node, and a number that is at least that of
    /// the change.
    async fn look_after_a_change(&self) -> Option<(Option<NodeId>, u64)> {
        if self.heartbeat.is_without_node() {
            let last = timeout(LOOK, self.store.last_change()).await;
            return Some((None, last.ok()?.ok()?));
        }
        let Place { id, seen } = self.look_or_withdraw().await?;
        Some((Some(id), seen))
    }
}

/// Returns how many nodes there are, and how many of them have noted every change up to `number`.
/// The caller's own node has just looked, so it counts as one of them.
fn count_acknowledged(nodes: &[NodeRecord], own: Option<&NodeId>, number: u64) -> (u32, u32) {
    let itself = u32::from(own.is_some());
    let (mut all, mut known) = (itself, itself);
    for node in nodes.iter().filter(|node| Some(&node.id) != own) {
        all += 1;
        known += u32::from(!node.leaving && node.acknowledged >= number);
    }
    (all, known)
}
