//! One key taking the place of another.

use crate::text::{Rejected, serde_by_parse};
use crate::{Expiry, Failure, KeyId, KeyName, KeyStatus, KeyView, LastUse, Moment, NewKeyOptions};
use serde::{Deserialize, Serialize};

/// How long the old key works on beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grace {
    /// Not at all: it is revoked.
    None,
    Hour,
    #[default]
    Day,
    Week,
    Month,
}

impl Grace {
    pub const ALL: [Self; 5] = [Self::None, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The text in a form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "now",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "Ends now",
            Self::Hour => "Ends in 1 hour",
            Self::Day => "Ends in 24 hours",
            Self::Week => "Ends in 7 days",
            Self::Month => "Ends in 30 days",
        }
    }

    pub const fn seconds(self) -> Option<i64> {
        const HOUR: i64 = 3_600;
        match self {
            Self::None => None,
            Self::Hour => Some(HOUR),
            Self::Day => Some(24 * HOUR),
            Self::Week => Some(7 * 24 * HOUR),
            Self::Month => Some(30 * 24 * HOUR),
        }
    }

    /// # Errors
    /// A text that is none of the choices.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        Self::ALL
            .into_iter()
            .find(|grace| grace.as_str() == raw)
            .ok_or(Rejected("Choose when the old key ends from the list."))
    }
}

serde_by_parse!(Grace);

/// The rotate form as a browser sends it, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RotateKeyForm {
    pub grace: String,
    pub expires: String,
    /// Where `expires` says that there is one.
    pub last_day: String,
    /// The form's one-time token: a second form with the same one creates nothing.
    pub token: String,
}

/// Everything the rotate page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotatePage {
    pub key: KeyView,
    pub now: Moment,
    /// Why it cannot be rotated, if it cannot.
    pub refused: Option<Failure>,
    /// The key that takes its place already.
    pub replaced_by: Option<KeyId>,
    /// Of the new key.
    pub options: NewKeyOptions,
}

/// A key that another one tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLink {
    pub id: KeyId,
    pub name: KeyName,
    pub preview: String,
    pub status: KeyStatus,
}

/// What a key's page shows of rotations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RotationView {
    pub replaces: Option<KeyLink>,
    /// And since when.
    pub replaced_by: Option<(KeyLink, Moment)>,
    /// While the old key and the new one both live.
    pub overlap: Option<Overlap>,
}

/// How calls move from an old key to the one that takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    pub old: KeyLink,
    pub new: KeyLink,
    pub since: Moment,
    /// When the old key ends.
    pub end: Option<Moment>,
    /// Oldest first, the last one being under way.
    pub steps: Vec<OverlapStep>,
    /// Steps are hours, and otherwise days.
    pub hourly: bool,
    /// The last call with the old key since the rotation.
    pub last_old_use: Option<LastUse>,
    /// The end is near, and the old key was used since the rotation.
    pub late: bool,
}

/// The calls of an hour or a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlapStep {
    /// `23 Nov` or `23 Nov, 14:00`.
    pub name: String,
    pub old: u64,
    pub new: u64,
}

impl OverlapStep {
    pub const fn total(&self) -> u64 {
        self.old + self.new
    }
}

/// The choices for the end of a key that takes the place of one: as long as that lived, where it had an end.
pub fn rotation_choices(had_an_end: bool) -> impl Iterator<Item = Expiry> {
    had_an_end
        .then_some(Expiry::Same)
        .into_iter()
        .chain(Expiry::ALL)
}
