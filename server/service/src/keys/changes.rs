//! Changes of keys: published to every node, refused here if they cannot be stored, and their
//! receipts.
//!
//! `crate::verdict::pending_stops` describes what happens to a revocation or a pause that the
//! database fails to carry out.

use crate::error::Error;
use crate::reserve::FreeSpace;
use crate::store::{
    AccountRevocation, AuditEvent, Authority, BulkChange, KeyChangePorts, KeyRecord, NewRevocation,
    Receipt, RevokeKeyOutcome, StoreError,
};
use crate::verdict::{Node, PendingStop, PendingStops, StopEventBuilder};
use domain::{AccountId, KeyId, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// How long the answer to a revocation waits for its receipt to be stored.
const RECEIPT_TIMEOUT: Duration = Duration::from_millis(50);
/// Pause between two attempts to store the changes that are in force on this node alone.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Changes of keys that hold even if they cannot be stored yet, and their receipts.
pub struct KeyChanges {
    pub(crate) store: Arc<dyn KeyChangePorts>,
    pub(crate) node: Arc<Node>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) pending_stops: Arc<PendingStops>,
    pub(crate) receipts: TaskTracker,
}

impl KeyChanges {
    /// Revokes a key on every node, or on this node alone if the database fails.
    pub(super) async fn revoke(
        &self,
        account: &AccountId,
        id: &KeyId,
        revocation: NewRevocation,
        event: AuditEvent,
    ) -> Result<(RevokeKeyOutcome, Option<Receipt>), Error> {
        let write = self
            .store
            .revoke_key(account, id, revocation.clone(), event.clone());
        self.node.propagate(write).await.map_err(|error| {
            let stop = PendingStop {
                account: account.clone(),
                key: Some(id.clone()),
                at: revocation.at,
                change: BulkChange::Revoke(revocation),
                event: StopEventBuilder::OfKey(Arc::new(move |_| event.clone())),
            };
            self.refuse_here(error, vec![stop])
        })
    }

    /// Puts revocations or pauses that could not be stored into force on this node, and returns the
    /// error for the caller: [`Error::NotStored`], or `error` itself if the database has refused
    /// the change or this is a command, which serves no calls.
    pub(crate) fn refuse_here(&self, error: Error, stops: Vec<PendingStop>) -> Error {
        match error {
            Error::Refused(_)
            | Error::Invalid(_)
            | Error::RoleChanged(_)
            | Error::OverQuota(_)
            | Error::Denied(_) => error,
            error if self.node.is_unregistered() => error,
            error => {
                let number = stops.len();
                let first = stops.first().and_then(|stop| stop.key.clone());
                if !self.pending_stops.add(stops) {
                    return error;
                }
                if let Error::StorageLow(_) = error {
                    self.free_space.note_full();
                }
                let why: &dyn std::error::Error = &error;
                tracing::error!(
                    why,
                    number,
                    key = first.as_ref().map_or("all", KeyId::as_str),
                    "a revocation or pause could not be stored; this node rejects the keys from memory and tries again"
                );
                Error::NotStored(error.into())
            }
        }
    }

    /// The same for one change of some keys of an account.
    pub(crate) fn refuse_keys_here<'a>(
        &self,
        error: Error,
        account: &AccountId,
        keys: impl IntoIterator<Item = &'a KeyId>,
        change: &BulkChange,
        at: Timestamp,
        event: impl Fn(&KeyRecord) -> AuditEvent + Send + Sync + 'static,
    ) -> Error {
        let event: Arc<dyn Fn(&KeyRecord) -> AuditEvent + Send + Sync> = Arc::new(event);
        let stop = |key: &KeyId| PendingStop {
            account: account.clone(),
            key: Some(key.clone()),
            change: change.clone(),
            at,
            event: StopEventBuilder::OfKey(event.clone()),
        };
        self.refuse_here(error, keys.into_iter().map(stop).collect())
    }

    /// Tries once more to store the changes that are in force on this node alone, and returns how
    /// many are left.
    pub async fn store_pending(&self) -> usize {
        for stop in self.pending_stops.all() {
            match self.store_one(&stop).await {
                // Also if the key has ended meanwhile.
                Ok(()) => {
                    self.pending_stops.change(|stops| stops.remove(&stop));
                    let key = stop.key.as_ref().map_or("all", KeyId::as_str);
                    tracing::info!(key, "a revocation or pause was stored after a retry");
                }
                Err(error) => {
                    if let Error::StorageLow(_) = error {
                        self.free_space.note_full();
                    }
                    let error: &dyn std::error::Error = &error;
                    tracing::debug!(error, "a revocation or pause could not be stored yet");
                }
            }
        }
        self.pending_stops.count()
    }

    async fn store_one(&self, stop: &PendingStop) -> Result<(), Error> {
        // The caller had the authority when they asked, which is when the change took effect here.
        let inherent = |event: AuditEvent| event.with_authority(Authority::Inherent);
        let (account, at) = (&stop.account, stop.at);
        match (&stop.event, &stop.key, &stop.change) {
            (StopEventBuilder::OfKey(event), Some(key), change) => {
                let event = |key: &KeyRecord| inherent(event(key));
                let ids = std::slice::from_ref(key);
                let stored = self.store.change_keys(account, ids, change, at, &event);
                let (_, receipt) = self.node.propagate(stored).await?;
                if !stop.is_pause() {
                    self.keep_receipt(account, at, Some(key), receipt).await;
                }
            }
            (StopEventBuilder::OfAll(event), _, BulkChange::Revoke(revocation)) => {
                let Some(by) = revocation.by.member() else {
                    return Ok(());
                };
                let event = |keys: u32| inherent(event(keys));
                let reason = revocation.reason;
                let stored = self.store.revoke_all_keys(account, at, by, reason, &event);
                // The rows of the keys follow in the background.
                if let (Some((_, revocation)), receipt) = self.node.propagate(stored).await? {
                    self.keep_receipt_of_all(&revocation, receipt).await;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) async fn store_pending_forever(&self) {
        loop {
            tokio::time::sleep(RETRY_PAUSE).await;
            self.store_pending().await;
        }
    }

    /// Stores how a revocation reached the nodes: the revocation of one key, or of all keys of the
    /// account that were revoked at that moment. If this fails, the keys stay revoked.
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

    /// Stores a receipt in the background, and waits for it only briefly. The revocation is in
    /// force already, and the write may have to wait behind a feed that has begun meanwhile.
    async fn store_receipt(
        &self,
        write: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) {
        let stored = self.receipts.spawn(async {
            if let Err(error) = write.await {
                tracing::warn!(%error, "the receipt of a revocation could not be stored; the revocation is in force");
            }
        });
        let _ = timeout(RECEIPT_TIMEOUT, stored).await;
    }

    /// Waits until the receipts of all revocations are stored. Called when no more revocations can
    /// arrive.
    pub async fn wait_for_receipts(&self) {
        self.receipts.close();
        self.receipts.wait().await;
    }
}
