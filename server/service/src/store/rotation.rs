//! One key taking the place of another, as the port takes and gives it.

use super::{KeyRecord, TokenDigest};
use crate::key::KeyDigest;
use crate::pepper::PepperId;
use domain::{KeyId, KeyName, MemberId, Timestamp};

/// What is new of the new key. All else it has from the old one, as that is when the change is made.
#[derive(Debug, Clone)]
pub struct Rotation {
    pub id: KeyId,
    pub preview: String,
    pub digest: KeyDigest,
    pub pepper_id: PepperId,
    pub at: Timestamp,
    pub by: MemberId,
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the one-time token of the form that made it; unique in the account.
    pub form_token: TokenDigest,
    pub old_ends: OldEnds,
}

/// When the key that is replaced ends: never later than it would have anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldEnds {
    /// It is revoked, with the reason "replaced".
    Now,
    /// It expires.
    At(Timestamp),
}

/// The key that took over from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub by: KeyId,
    pub at: Timestamp,
}

/// What rotating a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    Rotated {
        old: Box<KeyRecord>,
        new: Box<KeyRecord>,
    },
    /// A key was made with the same form token before; this is its name.
    SameForm { name: KeyName },
    /// An owner has stopped the making of keys.
    Stopped,
    /// The old key is revoked or expired.
    Ended,
    /// The old key is being replaced already, by a key that lives.
    UnderWay,
    /// No such key in this account.
    Missing,
}
