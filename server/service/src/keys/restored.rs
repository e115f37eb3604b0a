//! Keys on hold since their account was restored from a backup, which does not contain later
//! revocations.

use crate::error::Error;
use crate::sessions::Member;
use crate::store::{Action, KeyRecord, RestoredKeyPorts};
use crate::view::moment;
use domain::{AccountId, KeyCount, KeyId, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// Keys on hold since their account was restored from a backup.
pub struct RestoredKeys {
    pub(crate) store: Arc<dyn RestoredKeyPorts>,
}

impl RestoredKeys {
    /// Returns when the member's account was last restored, and up to `limit` of the keys that were
    /// active then and have not been resumed or revoked since. `None` if it was never restored.
    pub(super) async fn restored_keys(
        &self,
        member: &Member,
        now: Timestamp,
        limit: u32,
    ) -> Result<Option<(Timestamp, Vec<KeyId>)>, Error> {
        let account = &member.account_id;
        let Some(at) = self.last_restore(account).await? else {
            return Ok(None);
        };
        // The restore paused them at the time of its event.
        let keys = self.store.keys_paused_at(account, at, now, limit).await?;
        Ok(Some((at, keys)))
    }

    /// Returns the restore since which a key is on hold; `None` if it is not.
    pub(super) async fn waits_since(&self, key: &KeyRecord) -> Result<Option<Timestamp>, Error> {
        self.waits_among(key, &mut HashMap::new()).await
    }

    /// The same for one of many keys: the last restore of each account is read once and stored in
    /// `restores`.
    pub(super) async fn waits_among(
        &self,
        key: &KeyRecord,
        restores: &mut HashMap<AccountId, Option<Timestamp>>,
    ) -> Result<Option<Timestamp>, Error> {
        // A key that is not paused is not on hold. A key that was paused later has another time
        // than the restore.
        let Some(paused_at) = key.paused_at else {
            return Ok(None);
        };
        let restored_at = if let Some(known) = restores.get(&key.account_id) {
            *known
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

    /// Returns how many keys are on hold, and what to do or whom to ask; `None` if there are none.
    pub(super) async fn restored_notice(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let most = KeyCount::MOST + 1;
        let waiting = self.restored_keys(member, now, most).await?;
        let Some((at, keys)) = waiting.filter(|(_, keys)| !keys.is_empty()) else {
            return Ok(None);
        };
        let (wait, one) = match keys.len() {
            1 => ("One key waits".to_owned(), "It"),
            many if u32::try_from(many).is_ok_and(|many| many > KeyCount::MOST) => {
                ("More than 1,000 keys wait".to_owned(), "Each")
            }
            many => (format!("{many} keys wait"), "Each"),
        };
        let then = if member.role.manages_keys() {
            "Look at Team as well: who was deactivated after the backup is not any more."
        } else {
            "Until then, calls with it are refused. Ask an owner or admin of your account to look at them."
        };
        Ok(Some(format!(
            "{wait} to be confirmed, since this account was restored from a backup on {}. {one} is paused, because a backup \
             does not know what was revoked after it. {then}",
            moment(at, &member.time_zone).exact
        )))
    }
}
