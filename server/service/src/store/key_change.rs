//! Changes of a live key that keep its secret.

use super::KeyRecord;
use crate::key::AllowList;
use domain::{KeyName, KeyNote, RateLimit, ScopeSet, Timestamp};

/// The settings of a key that can be edited; its secret stays the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySettings {
    pub name: KeyName,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
    pub note: Option<KeyNote>,
    /// `None` if the limit of the account applies.
    pub own_limit: Option<RateLimit>,
    pub allow_list: Option<AllowList>,
}

/// An edit of a key's settings, based on the settings that its author saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEdit {
    /// The expected current settings. If another change was made in the meantime, nothing is done.
    /// It is not an error if that was the same change.
    pub before: KeySettings,
    pub after: KeySettings,
}

/// A change of a key that is neither revoked nor expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    Edit(Box<KeyEdit>),
    Pause,
    Resume,
    /// Records the networks that the key is called from.
    Watch,
    Unwatch,
}

impl KeyRecord {
    pub fn settings(&self) -> KeySettings {
        KeySettings {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            expires_at: self.expires_at,
            note: self.note.clone(),
            own_limit: self.own_limit,
            allow_list: self.allow_list.clone(),
        }
    }

    /// Returns the key with other settings. An allow list replaces the watch that led to it.
    #[must_use]
    pub fn with(self, settings: KeySettings) -> Self {
        let KeySettings {
            name,
            scopes,
            expires_at,
            note,
            own_limit,
            allow_list,
        } = settings;
        Self {
            name,
            scopes,
            expires_at,
            note,
            own_limit,
            watched_since: self.watched_since.filter(|_| allow_list.is_none()),
            allow_list,
            ..self
        }
    }

    /// Returns the outcome of a change at `now`, with the key after it.
    #[must_use]
    pub fn change(&self, change: &KeyChange, now: Timestamp) -> ChangeKeyOutcome {
        let state = self.state(now);
        let mut after = self.clone();
        match change {
            _ if !state.is_live() => return ChangeKeyOutcome::Ended,
            KeyChange::Edit(edit) => {
                let settings = self.settings();
                // An edit that was submitted twice finds what the first submission has stored.
                if edit.before != settings && edit.after != settings {
                    return ChangeKeyOutcome::Differs(Box::new(after));
                }
                after = after.with(edit.after.clone());
            }
            KeyChange::Pause => {
                if let Ok(paused) = state.pause(now) {
                    after.paused_at = paused.paused_at();
                }
            }
            KeyChange::Resume => after.paused_at = None,
            KeyChange::Watch if after.allow_list.is_some() => {}
            KeyChange::Watch => after.watched_since = Some(self.watched_since.unwrap_or(now)),
            KeyChange::Unwatch => after.watched_since = None,
        }
        let after = Box::new(after);
        if *after == *self {
            ChangeKeyOutcome::Same(after)
        } else {
            ChangeKeyOutcome::Changed(after)
        }
    }
}

/// The outcome of changing a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKeyOutcome {
    Changed(Box<KeyRecord>),
    /// The key was in this state already; nothing was recorded.
    Same(Box<KeyRecord>),
    /// The key is not in the state that the change is based on; nothing was changed.
    Differs(Box<KeyRecord>),
    /// The key is revoked or expired.
    Ended,
    /// The account has no such key.
    Missing,
}
