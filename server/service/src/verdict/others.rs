//! Nodes that are gone without a word: after a while nobody waits for them any more.
//!
//! A node is first taken for dead, by a mark in its row, and removed some time later. It gets a lease only by a look at
//! which it was not marked, so that all of its leases have run out when it is removed, dead or not; if it lives, it finds
//! itself gone, and begins anew with nothing in memory. No two clocks are compared anywhere: who watches a node measures by
//! its own how long the row has stood still.

use crate::store::{NodeId, NodeRecord};
use crate::{Error, Service};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A node that lives says so twice a second.
const SILENT_MICROS: u64 = 2_500_000;
/// Longer than a lease, by more than clocks differ in speed.
const REMOVED_AFTER_MICROS: u64 = 1_500_000;

/// Each row, and since when it has been as it is.
type Watched = HashMap<NodeId, (NodeRecord, u64)>;

impl Service {
    pub(super) async fn watch_others_for_ever(&self) {
        let mut watched = Watched::new();
        loop {
            // Where the database cannot be asked, the next time will do.
            let _ = self.watch_others(&mut watched).await;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn watch_others(&self, watched: &mut Watched) -> Result<(), Error> {
        let Some(own) = self.heart.id() else {
            return Ok(());
        };
        let nodes = self.store.nodes().await?;
        let now = self.boot_micros();
        let others: Vec<_> = nodes.into_iter().filter(|node| node.id != own).collect();
        self.heart.alone.store(others.is_empty(), Ordering::Relaxed);
        watched.retain(|id, _| others.iter().any(|node| node.id == *id));
        for node in others {
            let (seen, since) = watched
                .entry(node.id.clone())
                .or_insert_with(|| (node.clone(), now));
            if *seen != node {
                (*seen, *since) = (node, now);
                continue;
            }
            let silent = now.saturating_sub(*since);
            if node.leaving && silent > REMOVED_AFTER_MICROS {
                self.store.remove_node(&node.id).await?;
            } else if !node.leaving && silent > SILENT_MICROS {
                tracing::warn!(
                    node = node.id.as_str(),
                    "another node gives no sign of life; it is waited for no more"
                );
                self.store.expel_node(&node).await?;
            }
        }
        Ok(())
    }
}
