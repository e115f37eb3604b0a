//! Revoked and expired keys that are still in use.

use super::Keys;
use super::current::knocks_since;
use crate::error::Error;
use crate::store::KeyFilter;
use domain::{AccountId, KeyCount, KeyName, KeyOrder, Timestamp};

/// Keys that are named; the others are only counted.
const NAMED: u32 = 3;

/// Revoked and expired keys that were called with in the last 7 days.
#[derive(Debug)]
pub struct DeadKeyUse {
    /// Number of these keys. Counting stops above [`KeyCount::MOST`].
    pub keys: u32,
    /// Names of the first of them. Keys too far down the list to be found are not among them.
    pub names: Vec<KeyName>,
}

impl Keys {
    /// Returns how many revoked or expired keys of the account were called with in the last 7 days,
    /// up to [`KeyCount::MOST`] + 1. Expiry is as of the last time that expired keys were noted.
    pub(crate) async fn count_dead_keys_in_use(
        &self,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<u32, Error> {
        let most = KeyCount::MOST + 1;
        let (filter, order) = (filter(now), KeyOrder::default());
        let counted = self.store.count_keys(account, &filter, order, most);
        Ok(counted.await?.keys)
    }

    /// Returns the use of such keys; `None` if none is in use.
    pub(super) async fn dead_key_use(
        &self,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<Option<DeadKeyUse>, Error> {
        let keys = self.count_dead_keys_in_use(account, now).await?;
        if keys == 0 {
            return Ok(None);
        }
        let (filter, order) = (filter(now), KeyOrder::default());
        let found = self.store.find_keys(account, &filter, order, None, NAMED);
        let names = found.await?.keys.into_iter().map(|key| key.name);
        Ok(Some(DeadKeyUse {
            keys,
            names: names.collect(),
        }))
    }
}

fn filter(now: Timestamp) -> KeyFilter {
    KeyFilter {
        knocked_after: Some(knocks_since(now)),
        ..KeyFilter::default()
    }
}
