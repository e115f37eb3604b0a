//! The status of a key at a given time, and why a key may not be used.

use super::AllowList;
use domain::{KeyStatus, Refusal, Timestamp};
use std::net::IpAddr;

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
    pub(crate) fn check(
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

/// A revoked key stays revoked, whatever its expiry. A key is accepted strictly before its expiry,
/// and refused from then on.
pub(crate) fn status(
    revoked: bool,
    expires_at: Option<Timestamp>,
    paused: bool,
    now: Timestamp,
) -> KeyStatus {
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
