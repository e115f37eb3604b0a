//! The decisions that a verdict makes about a call.

use super::Verdict;
use crate::key::{EXPIRES_SOON_SECONDS, KeyState};
use crate::refusal::KeyRefusal;
use domain::{KeyStatus, Timestamp};
use std::net::IpAddr;

/// The end of a key, as reported to its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiryNotice {
    /// When another key replaced it.
    pub replaced: Option<Timestamp>,
    /// Its expiry, if that is soon or the key is being replaced.
    pub end: Option<Timestamp>,
}

impl Verdict {
    /// R3: decides whether the key may be used from an address. `pending_stop` is the status under
    /// which this node alone refuses the key, if there is one.
    pub(crate) fn judge(
        &self,
        pending_stop: Option<KeyStatus>,
        ip: IpAddr,
        now: Timestamp,
    ) -> Result<(), KeyRefusal> {
        let state = self.state(now);
        match pending_stop {
            Some(KeyStatus::Revoked) if state.is_live() => Err(KeyRefusal::RevokedHere),
            Some(_) if state == KeyState::Active => Err(KeyRefusal::Paused),
            _ => KeyRefusal::check(&state, self.allow_list.as_ref(), ip),
        }
    }

    pub(crate) fn state(&self, now: Timestamp) -> KeyState {
        self.state.clone().expire(self.expires_at, now)
    }

    /// Returns the end of the key, as reported to its holder.
    pub(crate) fn expiry_notice(&self, now: Timestamp) -> ExpiryNotice {
        let replaced = self.replaced_at;
        let soon = now.plus_seconds(EXPIRES_SOON_SECONDS);
        let is_reported = |end: &Timestamp| replaced.is_some() || *end <= soon;
        ExpiryNotice {
            replaced,
            end: self.expires_at.filter(is_reported),
        }
    }
}
