//! Why a call is not accepted.

use crate::error::Error;
use crate::key::{KeyDenial, Malformed};
use crate::origin::CalledKey;
use crate::usage::KeyUsage;
use domain::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// Why a key was not accepted. Only the holder of a complete genuine secret gets the reasons from
/// `Revoked` to `NotAllowed`.
#[derive(Debug)]
pub enum KeyRefusal {
    /// Not of the form of a key, or mistyped: refused without reading the database.
    Malformed(Malformed),
    /// Well-formed and unknown.
    Unknown,
    Revoked,
    /// Genuine, and revoked on this node alone: the revocation is not stored yet.
    RevokedHere,
    Expired {
        at: Timestamp,
    },
    Paused,
    /// Genuine and active, but from an address that its allow list does not contain.
    NotAllowed {
        ip: IpAddr,
    },
    /// One of the above, and one too many from the caller's network.
    TooMany {
        retry_after_seconds: u64,
    },
    /// The key could not be checked.
    Failed(Error),
}

/// A call that was not accepted.
#[derive(Debug)]
pub struct Refused {
    pub why: KeyRefusal,
    pub attribution: Option<Attribution>,
}

/// The key of a refused call, as far as it is known.
#[derive(Debug)]
pub enum Attribution {
    /// The secret is genuine: the call is counted under its key.
    Genuine(Arc<KeyUsage>),
    /// The text begins like a key that was created recently. Only the key's account learns of it.
    Suspected(CalledKey),
}

impl From<KeyDenial> for KeyRefusal {
    fn from(denial: KeyDenial) -> Self {
        match denial {
            KeyDenial::Unknown => Self::Unknown,
            KeyDenial::Revoked => Self::Revoked,
            KeyDenial::RevokedHere => Self::RevokedHere,
            KeyDenial::Expired { at } => Self::Expired { at },
            KeyDenial::Paused => Self::Paused,
            KeyDenial::NotAllowed { ip } => Self::NotAllowed { ip },
        }
    }
}

impl From<KeyRefusal> for Refused {
    fn from(why: KeyRefusal) -> Self {
        Self {
            why,
            attribution: None,
        }
    }
}

impl From<Malformed> for Refused {
    fn from(form: Malformed) -> Self {
        KeyRefusal::Malformed(form).into()
    }
}
