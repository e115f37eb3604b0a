//! Why a key may not be used.

use domain::{Refusal, Timestamp};
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
}
