//! The actions on one key, which the search offers beside the keys that it finds.

use domain::{KeyStatus, KeyView};

/// An action on one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    Rotate,
    Edit,
    Pause,
    Resume,
    Revoke,
}

impl KeyAction {
    /// All actions, the one that cannot be undone last.
    pub const ALL: [Self; 5] = [
        Self::Rotate,
        Self::Edit,
        Self::Pause,
        Self::Resume,
        Self::Revoke,
    ];

    pub const fn verb(self) -> &'static str {
        match self {
            Self::Rotate => "Rotate",
            Self::Edit => "Edit",
            Self::Pause => "Pause",
            Self::Resume => "Resume",
            Self::Revoke => "Revoke",
        }
    }

    /// Returns the action for which people type this word, in lower case.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "rotate" | "renew" | "roll" | "replace" | "regenerate" => Self::Rotate,
            "edit" | "change" | "rename" | "extend" | "update" => Self::Edit,
            "pause" | "disable" | "suspend" | "stop" => Self::Pause,
            "resume" | "unpause" | "enable" => Self::Resume,
            "revoke" | "delete" | "remove" => Self::Revoke,
            _ => return None,
        })
    }

    /// Returns the page with the action, if the state of the key allows it.
    pub fn page(self, key: &KeyView) -> Option<String> {
        let (id, status) = (&key.id, key.status);
        match self {
            Self::Rotate => status.is_live().then(|| format!("/keys/{id}/rotate")),
            Self::Edit => status.is_live().then(|| format!("/keys/{id}/edit")),
            // Their buttons are on the page of the key.
            Self::Pause => (status == KeyStatus::Active).then(|| format!("/keys/{id}")),
            Self::Resume => (status == KeyStatus::Paused).then(|| format!("/keys/{id}")),
            Self::Revoke => status.is_live().then(|| format!("/keys/{id}/revoke")),
        }
    }
}
