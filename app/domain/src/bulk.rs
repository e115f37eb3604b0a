//! Bulk actions on keys.

use crate::{DisplayTime, KeyView};

/// Action applied to every selected key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkAction {
    Pause,
    Revoke,
    /// Resumes paused keys. Without a selection, it applies to the keys on hold since the account
    /// was restored from a backup.
    Resume,
    /// Lets keys expire 90 days later, or as late as the account's policy permits.
    Extend,
}

impl BulkAction {
    /// Value in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Revoke => "revoke",
            Self::Resume => "resume",
            Self::Extend => "extend",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Pause, Self::Revoke, Self::Resume, Self::Extend]
            .into_iter()
            .find(|action| action.as_str() == raw)
    }
}

/// The bulk form as submitted, unparsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkForm {
    pub action: String,
    /// Ids of the selected keys.
    pub keys: Vec<String>,
    pub reason: String,
    /// The number of keys, which the member types as a confirmation.
    pub count: String,
    /// The expirations that the confirmation showed, if the keys are to be extended.
    pub seen: String,
    /// Address of the list in which the keys were selected.
    pub list: String,
}

impl BulkForm {
    /// Maximum number of keys in one bulk action: more than one page of the list.
    pub const MAX: usize = 100;
}

/// Data of the confirmation page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPage {
    pub action: BulkAction,
    /// Keys that the action would be applied to.
    pub keys: Vec<KeyView>,
    /// If the keys are to be extended, the last day of each after that, in their order.
    pub extended: Vec<String>,
    /// The same as text, which the form returns as [`BulkForm::seen`].
    pub seen: String,
    /// Number of selected keys that the action does not apply to: they do not exist, or their
    /// status does not allow it.
    pub skipped: usize,
    pub now: DisplayTime,
}

/// Data of the emergency controls for owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Time at which an owner stopped the creation of keys, if it is stopped.
    pub stopped: Option<DisplayTime>,
    /// Number of keys that are neither revoked nor expired. Counting stops above
    /// [`crate::KeyCount::MAX`].
    pub live: u32,
    /// The account's name, which the owner types to confirm that all keys are to be revoked.
    pub account_name: String,
}
