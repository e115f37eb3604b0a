//! Bulk actions on keys.

use crate::{KeyView, Moment};

/// Action applied to every selected key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeveralAct {
    Pause,
    Revoke,
    /// Resumes paused keys. Without a selection, it applies to the keys on hold since the account
    /// was restored from a backup.
    Resume,
}

impl SeveralAct {
    /// Value in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Revoke => "revoke",
            Self::Resume => "resume",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Pause, Self::Revoke, Self::Resume]
            .into_iter()
            .find(|act| act.as_str() == raw)
    }
}

/// The bulk form as submitted, unparsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeveralForm {
    pub act: String,
    /// Ids of the selected keys.
    pub keys: Vec<String>,
    pub reason: String,
    /// The number of keys, which the member types as a confirmation.
    pub count: String,
}

impl SeveralForm {
    /// Maximum number of keys in one bulk action: more than one page of the list.
    pub const MOST: usize = 100;
}

/// Data of the confirmation page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeveralPage {
    pub act: SeveralAct,
    /// Keys that the action would be applied to.
    pub keys: Vec<KeyView>,
    /// Number of selected keys that the action does not apply to: they do not exist, or their
    /// status does not allow it.
    pub left_out: usize,
    pub now: Moment,
}

/// Data of the emergency controls for owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Time at which an owner stopped the creation of keys, if it is stopped.
    pub stopped: Option<Moment>,
    /// Number of keys that are neither revoked nor expired. Counting stops above
    /// [`crate::KeyCount::MOST`].
    pub live: u32,
    /// The account's name, which the owner types to confirm that all keys are to be revoked.
    pub account_name: String,
}
