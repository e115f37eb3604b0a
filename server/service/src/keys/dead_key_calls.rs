//! Revoked and expired keys that are still in use.

use super::Keys;
use super::attention::attention;
use crate::error::Error;
use crate::store::KeyFilter;
use domain::{AccountId, KeyCount, KeyName, KeyOrder, Timestamp};

/// Keys that are named; the others are only counted.
const MAX_NAMED: u32 = 3;

/// Revoked and expired keys that were called with in the last 7 days.
#[derive(Debug)]
pub struct DeadKeyUse {
    /// Number of these keys. Counting stops above [`KeyCount::MAX`].
    pub keys: u32,
    /// Names of those that were called with last, newest first.
    pub names: Vec<KeyName>,
}

impl Keys {
    /// Returns how many revoked or expired keys of the account were called with in the last 7 days,
    /// up to [`KeyCount::MAX`] + 1. Expiry is as of the last time that expired keys were noted.
    async fn count_dead_keys_in_use(
        &self,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<u32, Error> {
        let limit = KeyCount::MAX + 1;
        let (filter, order) = (filter(now), KeyOrder::default());
        let count = self.store.count_keys(account, &filter, order, limit);
        Ok(count.await?.keys)
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
        let since = attention(now).dead_key_call_after;
        let names = self.store.dead_keys_in_use(account, since, MAX_NAMED);
        Ok(Some(DeadKeyUse {
            keys,
            names: names.await?,
        }))
    }
}

fn filter(now: Timestamp) -> KeyFilter {
    KeyFilter {
        dead_key_call_after: Some(attention(now).dead_key_call_after),
        ..KeyFilter::default()
    }
}
