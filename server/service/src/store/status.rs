//! The status of a stored key.

use super::KeyRecord;
use crate::key::{self, KeyDenial};
use domain::{KeyStatus, RateLimit, Timestamp};
use std::net::IpAddr;

impl KeyRecord {
    /// Checks whether the key may be used from an address.
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check(&self, ip: IpAddr, now: Timestamp) -> Result<(), KeyDenial> {
        let allow_list = self.allow_list.as_ref();
        KeyDenial::check(self.status(now), self.expires_at, allow_list, ip, now)
    }

    /// Returns the status at a time.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        let (revoked, paused) = (self.revocation.is_some(), self.paused_at.is_some());
        key::status(revoked, self.expires_at, paused, now)
    }

    /// Returns the key's own rate limit, or else that of its account.
    pub fn limit(&self) -> RateLimit {
        self.own_limit.unwrap_or(self.account_limit)
    }
}
