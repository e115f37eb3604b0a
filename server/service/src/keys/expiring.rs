//! Keys that are about to expire.

use super::Keys;
use super::rotation::GracePeriod;
use crate::error::Error;
use crate::store::ExpiringKeyRecord;
use domain::{AccountId, Timestamp, seconds};

/// Keys that expire within this time are listed.
pub(super) const EXPIRING_SECONDS: i64 = 30 * seconds::DAY;
/// Upper bound of the keys that are listed, since each page of keys reads them.
pub const MAX_EXPIRING: u32 = 20;

impl Keys {
    /// Returns the keys that expire within 30 days, the next one first. A key that is being
    /// replaced is left out, because it is meant to expire, unless it is still in use when its end
    /// is near.
    pub(crate) async fn expiring(
        &self,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<Vec<ExpiringKeyRecord>, Error> {
        let until = now.plus_seconds(EXPIRING_SECONDS);
        let ending = self.store.expiring_keys(account, now, until, MAX_EXPIRING);
        let mut keys = ending.await?;
        keys.retain(|key| {
            let replaced_at = key.replaced_at.filter(|_| key.is_being_replaced);
            replaced_at.is_none_or(|replaced_at| {
                let last_use = self.usages.latest_time(&key.id, key.last_used_at);
                let end = key.expires_at;
                GracePeriod { replaced_at, end }.is_late(last_use, now)
            })
        });
        Ok(keys)
    }
}
