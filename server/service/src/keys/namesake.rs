//! Other keys with the same name. Names need not be unique, but keys with the same name are easily
//! confused, so pages point them out.

use super::Keys;
use crate::error::Error;
use crate::store::KeyRecord;
use domain::{AccountId, KeyId, KeyName, Timestamp};

/// Number of the newest keys with the name that are examined.
const EXAMINED: u32 = 20;

impl Keys {
    /// Returns another active or paused key of the account with this name, the newest one. A key
    /// that is being replaced is meant to have the same name as its replacement.
    pub(super) async fn namesake(
        &self,
        account: &AccountId,
        name: &KeyName,
        own: Option<&KeyId>,
        now: Timestamp,
    ) -> Result<Option<KeyRecord>, Error> {
        let keys = self
            .store
            .list_keys_by_name(account, name, EXAMINED)
            .await?;
        let mut others = keys.into_iter().filter(|key| Some(&key.id) != own);
        Ok(others.find(|key| key.status(now).is_live() && !key.is_being_replaced()))
    }
}
