//! Rotation: one key replaces another.

use super::{KeyRecord, TokenDigest};
use crate::key::KeyDigest;
use crate::pepper::PepperId;
use domain::{KeyId, KeyName, MemberId, Timestamp};

/// The values in which the new key differs. It takes all other settings from the old key, as that
/// is when the change is made.
#[derive(Debug, Clone)]
pub struct Rotation {
    pub id: KeyId,
    pub preview: String,
    pub digest: KeyDigest,
    pub pepper_id: PepperId,
    pub at: Timestamp,
    pub by: MemberId,
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the one-time token of the submitted form; unique in the account.
    pub form_token: TokenDigest,
    pub old_expiry: OldKeyExpiry,
}

/// When the replaced key ends, which is never later than it would have been anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldKeyExpiry {
    /// The old key is revoked immediately, with the reason "replaced".
    Now,
    /// The old key expires at this time.
    At(Timestamp),
}

impl OldKeyExpiry {
    /// Returns the expiry of the replaced key, which expired at `own` before.
    pub fn expiry(self, own: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Self::Now => own,
            Self::At(end) => Some(own.map_or(end, |own| own.min(end))),
        }
    }
}

/// The key that replaced another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub by: KeyId,
    pub at: Timestamp,
    /// Whether the new key is neither revoked nor expired. If it is, the old key has no successor.
    pub is_live: bool,
}

/// The outcome of rotating a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotateKeyOutcome {
    Rotated {
        old: Box<KeyRecord>,
        new: Box<KeyRecord>,
    },
    /// A key was already created by the same form; this is its name.
    SameForm { name: KeyName },
    /// An owner has stopped key creation.
    Stopped,
    /// The old key is revoked or expired.
    Ended,
    /// The old key already has a replacement, which is neither revoked nor expired.
    UnderWay,
    /// The account has no such key.
    Missing,
}
