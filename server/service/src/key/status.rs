//! Where a key stands at a given time.

use super::EXPIRES_SOON_SECONDS;
use crate::store::KeyRecord;
use crate::verdict::Verdict;
use domain::{KeyStatus, RateLimit, Timestamp};
use std::net::IpAddr;

/// What a key's holder is told of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// When another key took its place.
    pub replaced: Option<Timestamp>,
    /// When it ends, where that is soon or it is being replaced.
    pub end: Option<Timestamp>,
}

impl KeyRecord {
    /// A key that was revoked stays revoked, whatever its expiry says. It is accepted strictly before its expiry and
    /// refused from it on.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        let (revoked, paused) = (self.revocation.is_some(), self.paused_at.is_some());
        status(revoked, self.expires_at, paused, now)
    }

    /// How much it may send: what it says itself, else what its account says.
    pub fn limit(&self) -> RateLimit {
        self.own_limit.unwrap_or(self.account_limit)
    }
}

impl Verdict {
    /// As [`KeyRecord::status`].
    pub(crate) fn status(&self, now: Timestamp) -> KeyStatus {
        status(self.revoked, self.expires_at, self.paused, now)
    }

    /// Whether calls from an address are let in.
    pub(crate) fn admits(&self, ip: IpAddr) -> bool {
        self.allow_list.as_ref().is_none_or(|list| list.admits(ip))
    }

    pub(crate) fn ending(&self, now: Timestamp) -> Ending {
        let replaced = self.replaced_at;
        let soon = now.plus_seconds(EXPIRES_SOON_SECONDS);
        let told = |end: &Timestamp| replaced.is_some() || *end <= soon;
        Ending {
            replaced,
            end: self.expires_at.filter(told),
        }
    }
}

fn status(revoked: bool, expires_at: Option<Timestamp>, paused: bool, now: Timestamp) -> KeyStatus {
    if revoked {
        KeyStatus::Revoked
    } else if expires_at.is_some_and(|end| end <= now) {
        KeyStatus::Expired
    } else if paused {
        KeyStatus::Paused
    } else {
        KeyStatus::Active
    }
}
