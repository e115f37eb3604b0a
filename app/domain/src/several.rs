//! What is done to many keys at once.

use crate::{KeyView, Moment};

/// What is done to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeveralAct {
    Pause,
    Revoke,
    /// By itself of those that wait since the account was restored from a backup.
    Resume,
}

impl SeveralAct {
    /// The text in a form.
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

/// The form as a browser sends it, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeveralForm {
    pub act: String,
    /// The ids of the keys.
    pub keys: Vec<String>,
    pub reason: String,
    /// How many keys there are, typed.
    pub count: String,
}

impl SeveralForm {
    /// As many as one page of the list holds, and some.
    pub const MOST: usize = 100;
}

/// Everything that the question shows before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeveralPage {
    pub act: SeveralAct,
    /// Those that it would be done to.
    pub keys: Vec<KeyView>,
    /// Those that were chosen and are ended, or paused already, or not there.
    pub left_out: usize,
    pub now: Moment,
}

/// What an owner can do in an emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Since when no keys can be made.
    pub stopped: Option<Moment>,
    /// How many keys are neither revoked nor expired; no more than [`crate::KeyCount::MOST`] are counted.
    pub live: u32,
    /// What has to be typed before all keys are revoked.
    pub account_name: String,
}
