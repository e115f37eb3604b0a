//! What a key may learn of itself.

use crate::store::{KeyRecord, UseRecord};
use crate::{Error, KeyCaller, Service};
use domain::{Failure, KeyStatus};

/// The calling key, before the HTTP API gives it its shape.
#[derive(Debug, Clone)]
pub struct KeyDescription {
    pub record: KeyRecord,
    pub status: KeyStatus,
    /// As the database has it: may lag, and is `None` before the first call was written.
    pub last_use: Option<UseRecord>,
}

impl Service {
    /// # Errors
    /// The database's.
    pub async fn describe_key(&self, caller: &KeyCaller) -> Result<KeyDescription, Error> {
        let record = self
            .store
            .find_key(&caller.account_id, &caller.key_id)
            .await?
            .ok_or(Failure::NotFound)?;
        let status = record.status(self.clock.now());
        let last_use = record.last_use.clone();
        Ok(KeyDescription {
            record,
            status,
            last_use,
        })
    }
}
