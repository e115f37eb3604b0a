//! Detection of dead peers, so that writers stop waiting for them.
//!
//! A node is first marked as dead in its row, and its row is removed later (D1 and D2 in
//! [`super`]). It gets a lease only by a poll that finds no mark, so by the time of the removal all
//! of its leases have ended, whether it lives or not. If it lives, it finds its row marked or
//! missing and registers again with nothing in memory. No times of two machines are compared: the
//! watching node measures by its own clock for how long the row has not changed.

use super::Node;
use crate::error::Error;
use crate::store::{NodeId, NodeRecord};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

const CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// D1. A live node sends a heartbeat every half second.
const DEAD_AFTER_MICROS: u64 = 2_500_000;
/// D2. Longer than a lease by more than clocks differ in speed.
const REMOVED_AFTER_MICROS: u64 = 1_500_000;

/// The row of each other node, and since when it has not changed.
type WatchedPeers = HashMap<NodeId, (NodeRecord, u64)>;

impl Node {
    pub(super) async fn detect_dead_peers_forever(&self) {
        let mut watched = WatchedPeers::new();
        loop {
            // If the database cannot be reached, the next round tries again.
            let _ = self.detect_dead_peers(&mut watched).await;
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }

    async fn detect_dead_peers(&self, watched: &mut WatchedPeers) -> Result<(), Error> {
        let Some(own) = self.heartbeat.id() else {
            return Ok(());
        };
        let nodes = self.store.nodes().await?;
        let now = self.clock.boot_micros();
        let peers: Vec<_> = nodes.into_iter().filter(|node| node.id != own).collect();
        self.heartbeat
            .has_no_peers
            .store(peers.is_empty(), Ordering::Relaxed);
        watched.retain(|id, _| peers.iter().any(|node| node.id == *id));
        for node in peers {
            let (seen, since) = watched
                .entry(node.id.clone())
                .or_insert_with(|| (node.clone(), now));
            if *seen != node {
                (*seen, *since) = (node, now);
                continue;
            }
            let silent = now.saturating_sub(*since);
            if node.presumed_dead && silent > REMOVED_AFTER_MICROS {
                // D2.
                self.store.remove_node(&node.id).await?;
            } else if !node.presumed_dead && silent > DEAD_AFTER_MICROS {
                // D1. A heartbeat that arrives before this is committed prevents the mark.
                tracing::warn!(
                    node = node.id.as_str(),
                    "another node stopped sending heartbeats and is marked as dead"
                );
                self.store.mark_node_dead(&node).await?;
            }
        }
        Ok(())
    }
}
