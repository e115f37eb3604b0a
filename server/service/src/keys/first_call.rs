//! Whether the first call with a new key has arrived.
//!
//! An admin who copies a key to another system wants to know that the copy works. Most copies that
//! do not are cut off, and such a call does not name a key. For an hour, it is attributed by the
//! beginning of the key, as far as the console shows it for every key.

use super::Keys;
use crate::error::Error;
use crate::origin::CalledKey;
use crate::sessions::Member;
use crate::store::{KeyRecord, RefusedCall, UseRecord};
use domain::{KeyId, Outcome, Timestamp, seconds};

/// The state of the first call with a key.
#[derive(Debug)]
pub enum FirstCall {
    Waiting,
    /// Calls arrived, but none has been accepted yet. This is the latest.
    Refused {
        call: RefusedCall,
        key: Box<KeyRecord>,
    },
    /// A call was accepted. The latest use may not be known.
    Accepted(Option<UseRecord>),
}

impl Keys {
    /// Returns the state of a key's first call. `None` if the key does not exist.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_call(
        &self,
        member: &Member,
        id: &KeyId,
    ) -> Result<Option<FirstCall>, Error> {
        let account = &member.account_id;
        let Some(record) = self.store.find_key(account, id).await? else {
            return Ok(None);
        };
        let key = CalledKey::new(account.clone(), id.clone());
        if self.was_accepted(&key, record.created_at).await? {
            let last_use = self.usages.latest(id, record.last_use);
            return Ok(Some(FirstCall::Accepted(last_use)));
        }
        let refused = match self.refusals.last_of(&key) {
            Some(call) => Some(call),
            None => self.store.last_refusal(account, id).await?,
        };
        Ok(Some(refused.map_or(FirstCall::Waiting, |call| {
            FirstCall::Refused {
                call,
                key: Box::new(record),
            }
        })))
    }

    async fn was_accepted(&self, key: &CalledKey, since: Timestamp) -> Result<bool, Error> {
        let usage = self.usages.get(&key.key_id);
        if usage.is_some_and(|usage| usage.was_accepted()) {
            return Ok(true);
        }
        // An hour earlier: earlier releases counted by hours, and the hour in which the key was
        // created began before it.
        let hour = since.plus_seconds(-seconds::HOUR);
        let calls = self
            .store
            .key_calls(&key.account_id, &key.key_id, hour)
            .await?;
        Ok(calls.iter().any(|count| count.outcome == Outcome::Accepted))
    }
}
