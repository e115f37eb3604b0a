//! The status of a key at a given time.

use super::{AllowList, EXPIRES_SOON_SECONDS};
use crate::store::KeyRecord;
use crate::verdict::Verdict;
use domain::{KeyStatus, RateLimit, Refusal, Timestamp};
use std::net::IpAddr;

/// The end of a key, as reported to its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// When another key replaced it.
    pub replaced: Option<Timestamp>,
    /// Its expiry, if that is soon or the key is being replaced.
    pub end: Option<Timestamp>,
}

/// Why a key may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyDenial {
    /// There is no such key.
    Unknown,
    Revoked,
    /// The revocation is in force on this node alone: it is not stored yet.
    RevokedHere,
    Expired {
        at: Timestamp,
    },
    Paused,
    /// The key is active, but its allow list does not contain the caller's address.
    NotAllowed {
        ip: IpAddr,
    },
}

impl KeyDenial {
    /// The reason as it is counted and stored.
    pub const fn refusal(self) -> Refusal {
        match self {
            // Refusals are counted under a key, and an unknown key has none.
            Self::Unknown => Refusal::Other,
            Self::Revoked | Self::RevokedHere => Refusal::RevokedKey,
            Self::Expired { .. } => Refusal::ExpiredKey,
            Self::Paused => Refusal::PausedKey,
            Self::NotAllowed { .. } => Refusal::IpNotAllowed,
        }
    }

    /// Judges a key by its status, its expiry and its allow list.
    fn check(
        status: KeyStatus,
        expires_at: Option<Timestamp>,
        allow_list: Option<&AllowList>,
        ip: IpAddr,
        now: Timestamp,
    ) -> Result<(), Self> {
        match status {
            KeyStatus::Active if allow_list.is_none_or(|list| list.admits(ip)) => Ok(()),
            KeyStatus::Active => Err(Self::NotAllowed { ip }),
            KeyStatus::Paused => Err(Self::Paused),
            KeyStatus::Revoked => Err(Self::Revoked),
            KeyStatus::Expired => Err(Self::Expired {
                at: expires_at.unwrap_or(now),
            }),
        }
    }
}

impl KeyRecord {
    /// Checks whether the key may be used from an address.
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check(&self, ip: IpAddr, now: Timestamp) -> Result<(), KeyDenial> {
        let allow_list = self.allow_list.as_ref();
        KeyDenial::check(self.status(now), self.expires_at, allow_list, ip, now)
    }

    /// A revoked key stays revoked, whatever its expiry. A key is accepted strictly before its
    /// expiry, and refused from then on.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        let (revoked, paused) = (self.revocation.is_some(), self.paused_at.is_some());
        status(revoked, self.expires_at, paused, now)
    }

    /// Returns the key's own rate limit, or else that of its account.
    pub fn limit(&self) -> RateLimit {
        self.own_limit.unwrap_or(self.account_limit)
    }
}

impl Verdict {
    /// See [`KeyRecord::status`].
    pub(crate) fn status(&self, now: Timestamp) -> KeyStatus {
        status(self.revoked, self.expires_at, self.paused, now)
    }

    /// See [`KeyRecord::check`].
    pub(crate) fn check(&self, ip: IpAddr, now: Timestamp) -> Result<(), KeyDenial> {
        let allow_list = self.allow_list.as_ref();
        KeyDenial::check(self.status(now), self.expires_at, allow_list, ip, now)
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
