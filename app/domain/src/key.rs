//! API keys as the browser and the server exchange them: names, states and views, never digests.

use crate::text::{InvalidValue, block, line, serde_by_parse};
use crate::{DisplayTime, KeyId, ScopeSet, ShownSecret};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Name that an admin gives a key: 1 to 64 characters after trimming, not necessarily unique.
///
/// # Examples
/// ```
/// use domain::KeyName;
/// assert_eq!(KeyName::parse("  CRM   Sync ").unwrap().as_str(), "CRM Sync");
/// assert!(KeyName::parse(" ").is_err());
/// assert!(KeyName::parse("safe\u{202E}live").is_err());
/// assert!(KeyName::hint("Key 1").is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// Maximum length in characters, after trimming.
    pub const MAX: usize = 64;

    /// Trims the text and collapses inner white space to single spaces.
    ///
    /// # Errors
    /// The text is empty or too long, or contains invisible or control characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        line(
            raw,
            Self::MAX,
            "Enter a name, such as the system that will use this key.",
            "Use at most 64 characters.",
            "Remove hidden characters, such as line breaks.",
        )
        .map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns advice if the name is too vague to identify the key's user a year from now, such as
    /// "Key 1" or "Test". The advice never rejects the name.
    pub fn hint(raw: &str) -> Option<&'static str> {
        const VAGUE: [&str; 12] = [
            "key", "api", "apikey", "test", "testing", "new", "my", "the", "temp", "tmp", "demo",
            "foo",
        ];
        let lower = raw.trim().to_ascii_lowercase();
        let mut words = lower
            .split(|c: char| !c.is_alphanumeric())
            .map(|word| word.trim_matches(|c: char| c.is_numeric()))
            .filter(|word| !word.is_empty())
            .peekable();
        let vague = !lower.is_empty() && words.all(|word| VAGUE.contains(&word));
        vague.then_some(
            "Will you recognize this in a year? Name the system that uses it, such as “CRM Sync”.",
        )
    }
}

serde_by_parse!(KeyName);

/// Free-text note on a key: 1 to 1,000 characters after trimming, on any number of lines.
///
/// # Examples
/// ```
/// use domain::KeyNote;
/// let note = KeyNote::parse(" Used by\r\nthe CRM ").unwrap().unwrap();
/// assert_eq!(note.as_str(), "Used by\nthe CRM");
/// assert_eq!(KeyNote::parse("  "), Ok(None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyNote(String);

impl KeyNote {
    /// Maximum length in characters, after trimming.
    pub const MAX: usize = 1_000;

    /// Trims the text and normalizes line breaks; returns `None` if nothing is left.
    ///
    /// # Errors
    /// The text is too long, or contains invisible or control characters.
    pub fn parse(raw: &str) -> Result<Option<Self>, InvalidValue> {
        block(
            raw,
            Self::MAX,
            "Use at most 1,000 characters.",
            "Remove hidden characters.",
        )
        .map(|text| text.map(Self))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Status of a key. `Expired` and `Revoked` are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    Active,
    Paused,
    Expired,
    Revoked,
}

impl KeyStatus {
    /// Text of the status badge.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }

    /// Lower-case text, as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Returns whether the key can still be revoked.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }
}

/// Lifetime of a new key.
///
/// # Examples
/// ```
/// use domain::Expiry;
/// assert_eq!(Expiry::parse("30d"), Ok(Expiry::Days30));
/// assert_eq!(Expiry::Days30.days(), Some(30));
/// assert_eq!(Expiry::Never.days(), None);
/// assert!(Expiry::parse("31d").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expiry {
    Days7,
    Days30,
    #[default]
    Days90,
    Year,
    /// Expires at the end of a day that another form field contains.
    Date,
    Never,
    /// Has the same lifetime as the key that it replaces.
    Same,
}

impl Expiry {
    /// The choices in the order in which the form offers them, without [`Self::Same`], which only
    /// rotations offer.
    pub const ALL: [Self; 6] = [
        Self::Days7,
        Self::Days30,
        Self::Days90,
        Self::Year,
        Self::Date,
        Self::Never,
    ];

    /// Value in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Days7 => "7d",
            Self::Days30 => "30d",
            Self::Days90 => "90d",
            Self::Year => "1y",
            Self::Date => "date",
            Self::Never => "never",
            Self::Same => "same",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Days7 => "7 days",
            Self::Days30 => "30 days",
            Self::Days90 => "90 days",
            Self::Year => "1 year",
            Self::Date => "On a date",
            Self::Never => "No expiration",
            Self::Same => "Same lifetime as the old key",
        }
    }

    /// Lifetime in days, if the choice alone determines it. A year has 365 days.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Days7 => Some(7),
            Self::Days30 => Some(30),
            Self::Days90 => Some(90),
            Self::Year => Some(365),
            Self::Date | Self::Never | Self::Same => None,
        }
    }

    /// Parses the value of the form, including [`Self::Same`].
    ///
    /// # Errors
    /// The text is not one of the choices.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .chain([Self::Same])
            .find(|expiry| expiry.as_str() == raw)
            .ok_or(InvalidValue("Select an expiration."))
    }
}

serde_by_parse!(Expiry);

/// Reason for a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeReason {
    Leaked,
    Replaced,
    Unused,
    Other,
}

impl RevokeReason {
    pub const ALL: [Self; 4] = [Self::Leaked, Self::Replaced, Self::Unused, Self::Other];
    /// Label of the form's placeholder option, which precedes the reasons and is not a reason
    /// itself.
    pub const NONE: &str = "Select a reason";

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Leaked => "leaked",
            Self::Replaced => "replaced",
            Self::Unused => "unused",
            Self::Other => "other",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Leaked => "Leaked",
            Self::Replaced => "Replaced",
            Self::Unused => "Unused",
            Self::Other => "Other",
        }
    }

    /// Parses the value of the form.
    ///
    /// # Errors
    /// The text is not one of the reasons.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == raw)
            .ok_or(InvalidValue("Select a reason."))
    }
}

serde_by_parse!(RevokeReason);

/// Most recent request made with a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    pub at: DisplayTime,
    /// IP address of the caller, as text.
    pub ip: String,
    /// Truncated to 200 characters, without control characters.
    pub user_agent: Option<String>,
}

/// Revocation of a key: its author, time and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    pub at: DisplayTime,
    /// Email address of the member, "the key itself" if its holder revoked it through the API, or
    /// "the operator".
    pub by: String,
    pub reason: RevokeReason,
    /// How the revocation reached the nodes: a sentence without its full stop, or `None` if
    /// unknown.
    pub receipt: Option<String>,
}

/// One row of the API Keys page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    pub id: KeyId,
    pub name: KeyName,
    /// `vx_` and the six characters after it, followed by `…`.
    pub preview: String,
    pub scopes: ScopeSet,
    pub created: DisplayTime,
    /// Email address of the member who created the key.
    pub created_by: String,
    pub expires: Option<DisplayTime>,
    /// The key's own rate limit, in words; `None` if the account's rate limit applies.
    pub own_limit: Option<String>,
    pub last_use: Option<LastUse>,
    pub status: KeyStatus,
    pub revocation: Option<Revocation>,
    /// The key is active or paused, and expires within seven days.
    pub expires_soon: bool,
    /// The key was used within the last 24 hours, so the form asks for its name before revoking it.
    pub used_recently: bool,
    /// Short notices about conditions of the key, the most urgent first.
    pub notices: Vec<String>,
    /// One of these conditions needs attention. The others are worth knowing.
    pub needs_attention: bool,
    /// Role of the key in a rotation in which both keys still work, in words: that it is being
    /// replaced, or which key it replaces. Only rows of the list have it.
    pub rotation: Option<String>,
}

impl KeyView {
    /// Notice on a key whose revocation or pause is in force on this node only, because it could
    /// not be stored yet.
    pub const NOT_STORED: &str = "Rejected on this node, not yet stored";

    pub fn is_not_stored(&self) -> bool {
        self.notices.iter().any(|notice| notice == Self::NOT_STORED)
    }

    /// Text in place of the last use, for a key with which no request was accepted.
    ///
    /// A revoked or expired key needs attention because it is still in use, so “Never used” would
    /// contradict its notice: its requests are rejected.
    pub const fn without_last_use(&self) -> &'static str {
        if self.needs_attention && !self.status.is_live() {
            "Rejected"
        } else {
            "Never used"
        }
    }
}

/// Key that was identified by the SHA-256 of its secret, and the time of the look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedKey {
    pub key: KeyView,
    pub now: DisplayTime,
}

/// A key that was just created. This is the only value on the wire that contains a secret.
///
/// It is sent once, to the member who created the key. It is never stored, and `Debug` omits the
/// secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedKey {
    pub key: KeyView,
    pub secret: ShownSecret,
    /// The next step with the key, in words.
    #[serde(default)]
    pub lead: String,
    /// Ways to make a first call that the key's permissions allow. They read the key from the
    /// environment, so that none of them contains it.
    pub first_calls: Vec<CodeExample>,
}

/// A piece of code to copy, in one of several languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeExample {
    /// Name of the language or of the file.
    pub language: String,
    /// What `command` does, which has to run first. Both are empty if nothing has to.
    pub advice: String,
    pub command: String,
    pub text: String,
}

impl fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedKey")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_name_is_trimmed_and_its_length_counted_in_characters() {
        assert_eq!(KeyName::parse("  CRM Sync ").unwrap().as_str(), "CRM Sync");
        assert!(KeyName::parse(&"é".repeat(64)).is_ok());
        assert!(KeyName::parse(&"é".repeat(65)).is_err());
        assert!(KeyName::parse(" \t ").is_err());
    }

    #[test]
    fn key_name_with_control_or_invisible_characters_is_rejected() {
        for bad in ["a\0b", "a\nb", "safe\u{202E}live", "zero\u{200B}width"] {
            assert!(KeyName::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn only_a_vague_name_has_a_hint() {
        for vague in ["Key 1", "test", "Test key", "API-Key", "key2", "my api key"] {
            assert!(KeyName::hint(vague).is_some(), "{vague:?} got no hint");
        }
        for good in [
            "",
            "Inventory Integration",
            "CRM Sync",
            "Tester's feed",
            "钥匙",
        ] {
            assert!(KeyName::hint(good).is_none(), "{good:?} got a hint");
        }
    }
}
