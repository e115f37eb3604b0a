//! Rotation: replacing one key by another.

use crate::text::{InvalidValue, serde_by_parse};
use crate::{DisplayTime, Expiry, KeyId, KeyName, KeyStatus, LastUse, seconds};
use serde::{Deserialize, Serialize};

/// Time for which the old key continues to work beside the new one.
///
/// # Examples
/// ```
/// use domain::Grace;
/// assert_eq!(Grace::parse("1h").unwrap().seconds(), Some(3_600));
/// assert_eq!(Grace::None.seconds(), None);
/// assert!(Grace::parse("2h").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grace {
    /// The old key is revoked immediately.
    None,
    Hour,
    #[default]
    Day,
    Week,
    Month,
}

impl Grace {
    pub const ALL: [Self; 5] = [Self::None, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Value in the form.
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
            Self::None => "Expires immediately",
            Self::Hour => "Expires in 1 hour",
            Self::Day => "Expires in 24 hours",
            Self::Week => "Expires in 7 days",
            Self::Month => "Expires in 30 days",
        }
    }

    pub const fn seconds(self) -> Option<i64> {
        match self {
            Self::None => None,
            Self::Hour => Some(seconds::HOUR),
            Self::Day => Some(seconds::DAY),
            Self::Week => Some(7 * seconds::DAY),
            Self::Month => Some(30 * seconds::DAY),
        }
    }

    /// Parses the value of the form.
    ///
    /// # Errors
    /// The text is not one of the choices.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|grace| grace.as_str() == raw)
            .ok_or(InvalidValue("Select when the old key expires."))
    }
}

serde_by_parse!(Grace);

/// Reference to another key on a key's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLink {
    pub id: KeyId,
    pub name: KeyName,
    pub preview: String,
    pub status: KeyStatus,
}

/// Rotations of a key, for the key's page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RotationView {
    pub replaces: Option<KeyLink>,
    /// The replacing key and the time of the rotation.
    pub replaced_by: Option<(KeyLink, DisplayTime)>,
    /// Present while both the old and the new key are live.
    pub overlap: Option<Overlap>,
}

/// Migration of calls from an old key to its replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    pub old: KeyLink,
    pub new: KeyLink,
    pub since: DisplayTime,
    /// Expiry of the old key.
    pub end: Option<DisplayTime>,
    /// Oldest first. The last step is not over yet.
    pub steps: Vec<OverlapStep>,
    /// Steps are hours instead of days.
    pub hourly: bool,
    /// Last call with the old key since the rotation.
    pub last_old_use: Option<LastUse>,
    /// The old key expires soon and was used since the rotation.
    pub late: bool,
}

/// Number of calls with either key in one hour or one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlapStep {
    /// Label, such as `23 Nov` or `23 Nov, 14:00`.
    pub name: String,
    pub old: u64,
    pub new: u64,
}

/// Returns the expiry choices for a replacing key. They include the old key's lifetime if the old
/// key has an expiry.
pub fn rotation_choices(had_expiry: bool) -> impl Iterator<Item = Expiry> {
    had_expiry
        .then_some(Expiry::Same)
        .into_iter()
        .chain(Expiry::ALL)
}
