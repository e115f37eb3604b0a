//! The state of a key at a time, and all transitions from one state to another.
//!
//! ```text
//!             pause
//!   Active ◄─────────► Paused       Active and paused keys are live. They can be edited, and
//!      │      resume      │         they end when they expire or are revoked, or when another
//!      └────────┬─────────┘         key replaces them.
//!        expire │ revoke
//!               ▼
//!      Expired or Revoked           Final.
//! ```
//!
//! A replaced key has no state of its own. It stays active or paused until the overlap of both keys
//! is over, and then it is expired; without an overlap, it is revoked by its replacement.
//!
//! Nothing is written when a key expires. Its row contains a state that is correct until its
//! expiry, and [`KeyState::expire`] adds the time that has passed.

use domain::{KeyStatus, Timestamp};

/// State of a key at a time.
///
/// # Examples
/// ```
/// use domain::Timestamp;
/// use service::key::KeyState;
///
/// let at = Timestamp::from_millis;
/// let paused = KeyState::Active.pause(at(10))?;
/// assert_eq!(paused, KeyState::Paused { since: at(10) });
/// let expired = paused.expire(Some(at(20)), at(20));
/// assert_eq!(expired, KeyState::Expired { at: at(20) });
/// assert!(expired.resume().is_err());
/// # Ok::<(), service::key::InvalidTransition>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Paused { since: Timestamp },
    Expired { at: Timestamp },
    Revoked { at: Timestamp },
}

/// The state of a key does not allow the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the state of the key does not allow this change")]
pub struct InvalidTransition;

impl KeyState {
    /// Returns the state at `now` of a key that is in this state until it expires. A key is
    /// accepted strictly before its expiry, and a revoked key stays revoked.
    #[must_use]
    pub fn expire(self, expires_at: Option<Timestamp>, now: Timestamp) -> Self {
        match expires_at {
            Some(at) if at <= now && self.is_live() => Self::Expired { at },
            _ => self,
        }
    }

    /// Pauses an active key.
    ///
    /// # Errors
    /// The key is in another state.
    pub fn pause(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Active => Ok(Self::Paused { since: now }),
            _ => Err(InvalidTransition),
        }
    }

    /// Resumes a paused key.
    ///
    /// # Errors
    /// The key is in another state.
    pub fn resume(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Paused { .. } => Ok(Self::Active),
            _ => Err(InvalidTransition),
        }
    }

    /// Revokes a live key.
    ///
    /// # Errors
    /// The key is revoked or expired.
    pub fn revoke(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        self.live().map(|_| Self::Revoked { at: now })
    }

    /// Lets a live key expire at `end`, since another key replaces it from `now` on.
    ///
    /// # Errors
    /// The key is revoked or expired.
    pub fn replace(self, end: Timestamp, now: Timestamp) -> Result<Self, InvalidTransition> {
        self.live().map(|state| state.expire(Some(end), now))
    }

    fn live(self) -> Result<Self, InvalidTransition> {
        if self.is_live() {
            Ok(self)
        } else {
            Err(InvalidTransition)
        }
    }

    /// Returns whether the key is neither revoked nor expired.
    pub const fn is_live(&self) -> bool {
        self.status().is_live()
    }

    /// Returns when a paused key was paused.
    pub const fn paused_at(&self) -> Option<Timestamp> {
        match self {
            Self::Paused { since } => Some(*since),
            Self::Active | Self::Expired { .. } | Self::Revoked { .. } => None,
        }
    }

    /// Returns the state without its times, as it is displayed.
    pub const fn status(&self) -> KeyStatus {
        match self {
            Self::Active => KeyStatus::Active,
            Self::Paused { .. } => KeyStatus::Paused,
            Self::Expired { .. } => KeyStatus::Expired,
            Self::Revoked { .. } => KeyStatus::Revoked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn state_decides_which_changes_are_possible() {
        const NOW: Timestamp = at(50);
        let paused = KeyState::Paused { since: at(10) };
        let revoked = KeyState::Revoked { at: NOW };
        let expired = KeyState::Expired { at: NOW };
        let no = Err(InvalidTransition);
        for (state, pause, resume, live) in [
            (
                KeyState::Active,
                Ok(KeyState::Paused { since: NOW }),
                no.clone(),
                true,
            ),
            (paused, no.clone(), Ok(KeyState::Active), true),
            (
                KeyState::Expired { at: at(10) },
                no.clone(),
                no.clone(),
                false,
            ),
            (
                KeyState::Revoked { at: at(10) },
                no.clone(),
                no.clone(),
                false,
            ),
        ] {
            let ended = |after: &KeyState| if live { Ok(after.clone()) } else { no.clone() };
            assert_eq!(state.clone().pause(NOW), pause, "{state:?}");
            assert_eq!(state.clone().resume(), resume, "{state:?}");
            assert_eq!(state.clone().revoke(NOW), ended(&revoked), "{state:?}");
            assert_eq!(
                state.clone().replace(NOW, NOW),
                ended(&expired),
                "{state:?}"
            );
            assert_eq!(
                state.clone().replace(at(51), NOW),
                ended(&state),
                "{state:?}"
            );
        }
    }

    #[test]
    fn live_key_is_expired_from_its_expiry_on() {
        let expired = KeyState::Expired { at: at(50) };
        let revoked = KeyState::Revoked { at: at(60) };
        for state in [KeyState::Active, KeyState::Paused { since: at(10) }] {
            assert_eq!(state.clone().expire(None, at(90)), state);
            assert_eq!(state.clone().expire(Some(at(50)), at(49)), state);
            assert_eq!(state.expire(Some(at(50)), at(50)), expired);
        }
        assert_eq!(revoked.clone().expire(Some(at(50)), at(90)), revoked);
    }
}
