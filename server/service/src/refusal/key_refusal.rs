//! Why a key was not accepted.

use crate::key::{AllowList, KeyState, Malformed};
use domain::{RefusalCode, Scope, Timestamp};
use std::net::IpAddr;

/// Refusal of a call because of its key. The variants are in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRefusal {
    /// Not of the form of a key, or mistyped: refused without reading the database.
    Malformed(Malformed),
    /// Well-formed and unknown. Only the holder of a complete genuine secret gets one of the
    /// refusals that follow.
    Unknown,
    Revoked,
    /// The key's revocation is in force on this node alone: it is not stored yet.
    RevokedHere,
    Expired {
        at: Timestamp,
    },
    Paused,
    /// The key is active, but its allow list does not contain the caller's address.
    IpNotAllowed {
        /// Address of the caller, as the server sees it.
        ip: IpAddr,
    },
    MissingScope(Scope),
    /// The key was refused, and it was one too many from the caller's network.
    NetworkLimited {
        retry_after_seconds: u64,
    },
}

impl KeyRefusal {
    /// Returns the code in the response, under which the refusal is counted and stored.
    pub const fn code(&self) -> RefusalCode {
        use RefusalCode as C;
        match self {
            Self::Malformed(_) => C::MalformedKey,
            Self::Unknown => C::InvalidKey,
            Self::Revoked | Self::RevokedHere => C::RevokedKey,
            Self::Expired { .. } => C::ExpiredKey,
            Self::Paused => C::PausedKey,
            Self::IpNotAllowed { .. } => C::IpNotAllowed,
            Self::MissingScope(_) => C::MissingScope,
            Self::NetworkLimited { .. } => C::RateLimited,
        }
    }

    /// Checks whether a key in this state may be used from an address.
    pub(crate) fn check(
        state: &KeyState,
        allow_list: Option<&AllowList>,
        ip: IpAddr,
    ) -> Result<(), Self> {
        match state {
            KeyState::Active if allow_list.is_none_or(|list| list.admits(ip)) => Ok(()),
            KeyState::Active => Err(Self::IpNotAllowed { ip }),
            KeyState::Paused { .. } => Err(Self::Paused),
            KeyState::Expired { at } => Err(Self::Expired { at: *at }),
            KeyState::Revoked { .. } => Err(Self::Revoked),
        }
    }
}
