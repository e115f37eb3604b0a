//! Changes that are told only once every node judges by them.

use super::ledger::LEASE;
use crate::store::StoreError;
use crate::{Error, Service};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What clocks of two machines may differ in a second, many times over.
const MARGIN: u64 = 100_000;
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// How a change reached the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Registered after the commit, this one included.
    pub nodes: u32,
    /// Of those, the ones that said so. What others had in memory ran out.
    pub acknowledged: u32,
    /// From the beginning of the change until this was known.
    pub millis: u64,
}

impl Service {
    /// Makes a change of what decisions on calls depend on. Once this gives an answer, each request that starts on any
    /// node is judged by it. Every call of a port that changes such things goes through here.
    ///
    /// # Errors
    /// The store's. Whether the change was made is unknown then; this node reads again what it has in memory.
    pub(crate) async fn everywhere<T>(
        &self,
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(T, Settled), Error> {
        let began = self.boot_micros();
        let changed = change.await;
        let returned = self.boot_micros();
        // Also where it failed: it may have been made all the same.
        let place = self.look_or_withdraw().await;
        let changed = changed?;
        let until = returned + LEASE + MARGIN;
        let mut settled = Settled {
            nodes: 1,
            acknowledged: u32::from(place.is_some()),
            millis: 0,
        };
        loop {
            let left = until.saturating_sub(self.boot_micros());
            let asked = timeout(Duration::from_micros(left.max(1)), self.store.nodes()).await;
            if let (Ok(Ok(nodes)), Some(own)) = (asked, &place) {
                let others = nodes.iter().filter(|node| node.id != own.id);
                let (mut known, mut all) = (1, 1);
                for node in others {
                    all += 1;
                    known += u32::from(!node.leaving && node.acknowledged >= own.seen);
                }
                (settled.nodes, settled.acknowledged) = (all, known);
                if known == all {
                    break;
                }
            }
            if left == 0 {
                break;
            }
            sleep(ASK_AGAIN).await;
        }
        settled.millis = self.boot_micros().saturating_sub(began) / 1_000;
        Ok((changed, settled))
    }
}
