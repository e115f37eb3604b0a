//! Where a key stands at a given time.

use crate::store::KeyRecord;
use domain::{KeyStatus, Timestamp};

impl KeyRecord {
    /// A key that was revoked stays revoked, whatever its expiry says. It is accepted strictly before its expiry and
    /// refused from it on.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        if self.revocation.is_some() {
            KeyStatus::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            KeyStatus::Expired
        } else if self.paused_at.is_some() {
            KeyStatus::Paused
        } else {
            KeyStatus::Active
        }
    }
}
