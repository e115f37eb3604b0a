//! Changes that are told only once every node judges by them.

use super::heart::{LOOK, Place};
use super::ledger::LEASE;
use crate::store::{AccountRevocation, NodeId, NodeRecord, Receipt, StoreError};
use crate::{Error, Service};
use domain::{AccountId, KeyId, Timestamp};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What clocks of two machines may differ in a second, many times over.
const MARGIN: u64 = 100_000;
const ASK_AGAIN: Duration = Duration::from_millis(10);
/// The time that the answer to a revocation waits for its receipt to be stored.
const RECEIPT: Duration = Duration::from_millis(50);

impl Service {
    /// Makes a change of what decisions on calls depend on. Once this gives an answer, each request that starts on any
    /// node is judged by it. Every call of a port that changes such things goes through here.
    ///
    /// The receipt is `None` where the nodes could not be asked for: then what they had in memory ran out.
    ///
    /// # Errors
    /// The store's. Whether the change was made is unknown then; this node reads again what it has in memory.
    pub(crate) async fn everywhere<T>(
        &self,
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(T, Option<Receipt>), Error> {
        let began = self.boot_micros();
        let changed = change.await;
        let returned = self.boot_micros();
        // Also where it failed: it may have been made all the same.
        let (own, number) = self.look_after_a_change().await.unzip();
        let own = own.flatten();
        let changed = changed?;
        let until = returned + LEASE + MARGIN;
        let mut count = None;
        loop {
            let left = until.saturating_sub(self.boot_micros());
            let asked = timeout(Duration::from_micros(left.max(1)), self.store.nodes()).await;
            if let (Ok(Ok(nodes)), Some(number)) = (asked, number) {
                let (all, known) = counted(&nodes, own.as_ref(), number);
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
        let millis = self.boot_micros().saturating_sub(began) / 1_000;
        let receipt = count.map(|(nodes, acknowledged)| Receipt {
            nodes,
            acknowledged,
            millis,
        });
        Ok((changed, receipt))
    }

    /// What this node is called, where it is one, and a number that the change before has or that is above it.
    async fn look_after_a_change(&self) -> Option<(Option<NodeId>, u64)> {
        if self.heart.is_aside() {
            let last = timeout(LOOK, self.store.last_change()).await;
            return Some((None, last.ok()?.ok()?));
        }
        let Place { id, seen } = self.look_or_withdraw().await?;
        Some((Some(id), seen))
    }

    /// Stores how a revocation reached the nodes: of one key, or of all keys of the account that were revoked at that
    /// moment. The keys stay revoked if this fails.
    pub(crate) async fn keep_receipt(
        &self,
        account: &AccountId,
        revoked_at: Timestamp,
        key: Option<&KeyId>,
        receipt: Option<Receipt>,
    ) {
        let Some(receipt) = receipt else { return };
        let (store, account, key) = (self.store.clone(), account.clone(), key.cloned());
        self.store_receipt(async move {
            let key = key.as_ref();
            store.keep_receipt(&account, revoked_at, key, receipt).await
        })
        .await;
    }

    /// Stores how the revocation of all keys reached the nodes.
    pub(crate) async fn keep_receipt_of_all(
        &self,
        revocation: &AccountRevocation,
        receipt: Option<Receipt>,
    ) {
        let Some(receipt) = receipt else { return };
        let (store, revocation) = (self.store.clone(), revocation.clone());
        self.store_receipt(async move { store.keep_receipt_of_all(&revocation, receipt).await })
            .await;
    }

    /// The revocation is in force already, so its answer does not wait for long: a feed may have begun meanwhile, behind
    /// which this write has to wait.
    async fn store_receipt(
        &self,
        kept: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) {
        let stored = self.receipts.spawn(async {
            if let Err(error) = kept.await {
                tracing::warn!(%error, "A revocation holds, but how it reached the nodes could not be kept");
            }
        });
        let _ = timeout(RECEIPT, stored).await;
    }

    /// Waits until the receipts of all revocations are stored. Called when no more revocations come.
    pub async fn receipts_stored(&self) {
        self.receipts.close();
        self.receipts.wait().await;
    }
}

/// How many nodes there are, and how many of them judge by what changed up to a number. Who asks has just looked.
fn counted(nodes: &[NodeRecord], own: Option<&NodeId>, number: u64) -> (u32, u32) {
    let itself = u32::from(own.is_some());
    let (mut all, mut known) = (itself, itself);
    for node in nodes.iter().filter(|node| Some(&node.id) != own) {
        all += 1;
        known += u32::from(!node.leaving && node.acknowledged >= number);
    }
    (all, known)
}
