//! Propagation: changes that are confirmed only once every node judges by them.
//!
//! The steps are those of the writer in [`super`].

use super::Node;
use super::epochs::LEASE;
use super::heartbeat::POLL_TIMEOUT;
use super::registration::Registration;
use crate::error::Error;
use crate::store::{NodeId, NodeRecord, Receipt, StoreError};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Margin for the difference in speed of two clocks over one lease, many times what is usual.
const MARGIN: u64 = 100_000;
const POLL_PAUSE: Duration = Duration::from_millis(10);

impl Node {
    /// Makes a change that decisions on calls depend on, and waits until it has reached all nodes.
    /// After `Ok`, each request that starts on any node is judged by the change. Every call of a
    /// port that makes such a change goes through here.
    ///
    /// The receipt is `None` if the nodes could not be listed. The change is in force then as well,
    /// because all leases from before it have ended.
    ///
    /// # Errors
    /// The store's. The change may still have been made (F7): this node has polled for it, or has
    /// withdrawn its lease (W2).
    pub(crate) async fn propagate<T>(
        &self,
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(T, Option<Receipt>), Error> {
        let began = self.clock.boot_micros();
        // W1.
        let changed = change.await;
        let returned = self.clock.boot_micros();
        // W2, even if W1 failed: the change may have been made.
        let (own, number) = self.poll_after_change().await.unzip();
        let own = own.flatten();
        // W3.
        let changed = changed?;
        let until = returned + LEASE + MARGIN;
        let mut count = None;
        loop {
            let remaining = until.saturating_sub(self.clock.boot_micros());
            let answer = timeout(Duration::from_micros(remaining.max(1)), self.store.nodes()).await;
            if let (Ok(Ok(nodes)), Some(number)) = (answer, number) {
                let (total, acknowledged) = count_acknowledged(&nodes, own.as_ref(), number);
                count = Some((total, acknowledged));
                if acknowledged == total {
                    break;
                }
            }
            if remaining == 0 {
                break;
            }
            sleep(POLL_PAUSE).await;
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
    async fn poll_after_change(&self) -> Option<(Option<NodeId>, u64)> {
        if self.heartbeat.is_unregistered() {
            let last = timeout(POLL_TIMEOUT, self.store.last_change()).await;
            return Some((None, last.ok()?.ok()?));
        }
        let Registration { id, last_noted } = self.poll_or_withdraw().await?;
        Some((Some(id), last_noted))
    }
}

/// Returns how many nodes there are, and how many of them have noted every change up to `number`.
/// The caller's own node has just polled, so it counts as one of them.
fn count_acknowledged(nodes: &[NodeRecord], own: Option<&NodeId>, number: u64) -> (u32, u32) {
    let own_count = u32::from(own.is_some());
    let (mut total, mut acknowledged) = (own_count, own_count);
    for node in nodes.iter().filter(|node| Some(&node.id) != own) {
        total += 1;
        acknowledged += u32::from(!node.presumed_dead && node.acknowledged >= number);
    }
    (total, acknowledged)
}
