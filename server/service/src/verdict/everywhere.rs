//! Changes that are told only once every node judges by them.

use super::ledger::LEASE;
use crate::store::{Receipt, StoreError};
use crate::{Error, Service};
use domain::{AccountId, KeyId, Timestamp};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What clocks of two machines may differ in a second, many times over.
const MARGIN: u64 = 100_000;
const ASK_AGAIN: Duration = Duration::from_millis(10);

impl Service {
    /// Makes a change of what decisions on calls depend on. Once this gives an answer, each request that starts on any
    /// node is judged by it. Every call of a port that changes such things goes through here.
    ///
    /// # Errors
    /// The store's. Whether the change was made is unknown then; this node reads again what it has in memory.
    pub(crate) async fn everywhere<T>(
        &self,
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(T, Receipt), Error> {
        let began = self.boot_micros();
        let changed = change.await;
        let returned = self.boot_micros();
        // Also where it failed: it may have been made all the same.
        let place = self.look_or_withdraw().await;
        let changed = changed?;
        let until = returned + LEASE + MARGIN;
        let mut receipt = Receipt {
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
                (receipt.nodes, receipt.acknowledged) = (all, known);
                if known == all {
                    break;
                }
            }
            if left == 0 {
                break;
            }
            sleep(ASK_AGAIN).await;
        }
        receipt.millis = self.boot_micros().saturating_sub(began) / 1_000;
        Ok((changed, receipt))
    }

    /// Keeps how a revocation reached the nodes: of one key, or of all of the account that were revoked at that moment.
    /// What was revoked stays so where this fails.
    pub(crate) async fn keep_receipt(
        &self,
        account: &AccountId,
        revoked_at: Timestamp,
        key: Option<&KeyId>,
        receipt: Receipt,
    ) {
        let kept = self.store.keep_receipt(account, revoked_at, key, receipt);
        if let Err(error) = kept.await {
            tracing::warn!(%error, "A revocation holds, but how it reached the nodes could not be kept");
        }
    }
}
