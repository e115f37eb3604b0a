//! Keys on hold since their account was restored from a backup, which does not contain later
//! revocations.

use crate::error::Error;
use crate::store::{Action, KeyRecord, RestoredKeyPorts};
use domain::{AccountId, KeyCount, KeyId, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// The keys of an account that are on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeysOnHold {
    /// The restore since which they are on hold.
    pub since: Timestamp,
    /// The number of keys. Counting stops above [`KeyCount::MAX`].
    pub keys: usize,
}

/// Keys on hold since their account was restored from a backup.
pub struct RestoredKeys {
    pub(crate) store: Arc<dyn RestoredKeyPorts>,
}

impl RestoredKeys {
    /// Returns when an account was last restored, and up to `limit` of the keys that were
    /// active then and have not been resumed or revoked since. `None` if it was never restored.
    pub(super) async fn restored_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Option<(Timestamp, Vec<KeyId>)>, Error> {
        let Some(at) = self.last_restore(account).await? else {
            return Ok(None);
        };
        // The restore paused them at the time of its event.
        let keys = self.store.keys_paused_at(account, at, now, limit).await?;
        Ok(Some((at, keys)))
    }

    /// Returns the restore since which a key is on hold; `None` if it is not.
    pub(super) async fn on_hold_since(&self, key: &KeyRecord) -> Result<Option<Timestamp>, Error> {
        self.cached_on_hold_since(key, &mut HashMap::new()).await
    }

    /// The same for one of many keys: the last restore of each account is read once and stored in
    /// `restores`.
    pub(super) async fn cached_on_hold_since(
        &self,
        key: &KeyRecord,
        restores: &mut HashMap<AccountId, Option<Timestamp>>,
    ) -> Result<Option<Timestamp>, Error> {
        // A key that is not paused is not on hold. A key that was paused later has another time
        // than the restore.
        let Some(paused_at) = key.paused_at else {
            return Ok(None);
        };
        let restored_at = if let Some(cached) = restores.get(&key.account_id) {
            *cached
        } else {
            let read = self.last_restore(&key.account_id).await?;
            restores.insert(key.account_id.clone(), read);
            read
        };
        Ok(restored_at.filter(|at| *at == paused_at))
    }

    async fn last_restore(&self, account: &AccountId) -> Result<Option<Timestamp>, Error> {
        let event = self
            .store
            .last_event(account, Action::AccountRestored)
            .await?;
        Ok(event.map(|event| event.at))
    }

    /// Returns the keys of an account that are on hold; `None` if there are none.
    pub(super) async fn on_hold(
        &self,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<Option<KeysOnHold>, Error> {
        let on_hold = self.restored_keys(account, now, KeyCount::MAX + 1).await?;
        let on_hold = on_hold.filter(|(_, keys)| !keys.is_empty());
        Ok(on_hold.map(|(since, keys)| KeysOnHold {
            since,
            keys: keys.len(),
        }))
    }
}
