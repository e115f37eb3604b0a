//! API keys as both sides speak of them.

use crate::text::{Rejected, block, line, serde_by_parse};
use crate::{KeyId, Moment, ScopeSet};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an admin calls a key: 1 to 64 characters after trimming. Need not be unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// In characters, after trimming.
    pub const MAX: usize = 64;

    /// # Errors
    /// Empty, too long, or with characters that do not show.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        line(
            raw,
            Self::MAX,
            "Enter a name, such as the system that will use this key.",
            "Use at most 64 characters.",
            "Remove the characters that do not show, such as line breaks.",
        )
        .map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Advice for a name that will say nothing in a year, such as "Key 1" or "Test". Never a refusal.
    pub fn hint(raw: &str) -> Option<&'static str> {
        const VAGUE: [&str; 12] = [
            "key", "api", "apikey", "test", "testing", "new", "my", "the", "temp", "tmp", "demo",
            "foo",
        ];
        let lower = raw.trim().to_lowercase();
        let mut words = lower
            .split(|c: char| !c.is_alphanumeric())
            .map(|word| word.trim_matches(|c: char| c.is_numeric()))
            .filter(|word| !word.is_empty())
            .peekable();
        let vague = !lower.is_empty() && words.all(|word| VAGUE.contains(&word));
        vague.then_some(
            "A year from now, will you know what uses it? Try “Inventory Integration” or “CRM Sync”.",
        )
    }
}

serde_by_parse!(KeyName);

/// What an admin wants to remember of a key: 1 to 1,000 characters after trimming, on as many lines as they like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyNote(String);

impl KeyNote {
    /// In characters, after trimming.
    pub const MAX: usize = 1_000;

    /// `None` where nothing stands there.
    ///
    /// # Errors
    /// Too long, or with characters that do not show.
    pub fn parse(raw: &str) -> Result<Option<Self>, Rejected> {
        block(
            raw,
            Self::MAX,
            "Use at most 1,000 characters.",
            "Remove the characters that do not show.",
        )
        .map(|text| text.map(Self))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a key stands. Revoked and expired are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    Active,
    Paused,
    Expired,
    Revoked,
}

impl KeyStatus {
    /// The badge's word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }

    /// Lower case, as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the key can still be revoked.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }
}

/// How long a new key lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expiry {
    Days7,
    Days30,
    #[default]
    Days90,
    Year,
    /// Ends with a day that is given beside it.
    Date,
    Never,
    /// As long as the key lived whose place it takes.
    Same,
}

impl Expiry {
    /// In the order in which the form offers them. [`Self::Same`] is for rotations alone.
    pub const ALL: [Self; 6] = [
        Self::Days7,
        Self::Days30,
        Self::Days90,
        Self::Year,
        Self::Date,
        Self::Never,
    ];

    /// The text in a form.
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
            Self::Never => "No expiry",
            Self::Same => "As long as before",
        }
    }

    /// Days until the end, where the choice itself says it. A year is 365 days.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Days7 => Some(7),
            Self::Days30 => Some(30),
            Self::Days90 => Some(90),
            Self::Year => Some(365),
            Self::Date | Self::Never | Self::Same => None,
        }
    }

    /// # Errors
    /// A text that is none of the choices.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        Self::ALL
            .into_iter()
            .chain([Self::Same])
            .find(|expiry| expiry.as_str() == raw)
            .ok_or(Rejected("Choose when the key expires from the list."))
    }
}

serde_by_parse!(Expiry);

/// Why a key was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeReason {
    Leaked,
    Replaced,
    Unused,
    Other,
}

impl RevokeReason {
    pub const ALL: [Self; 4] = [Self::Leaked, Self::Replaced, Self::Unused, Self::Other];
    /// The text of the choice that comes before these, which is not a reason.
    pub const NONE: &str = "Choose a reason";

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

    /// # Errors
    /// A text that is none of the choices.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == raw)
            .ok_or(Rejected("Choose a reason from the list."))
    }
}

serde_by_parse!(RevokeReason);

/// The latest request that a key made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    pub at: Moment,
    /// The caller's address, as text.
    pub ip: String,
    /// Cut to 200 characters, without control characters.
    pub user_agent: Option<String>,
}

/// Who ended a key, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    pub at: Moment,
    /// An e-mail address, "the key itself" where its holder revoked it by the API, or "the operator".
    pub by: String,
    pub reason: RevokeReason,
    /// How it reached the servers, in a sentence without its full stop; `None` where that is not known.
    pub receipt: Option<String>,
}

/// One row of the API Keys page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    pub id: KeyId,
    pub name: KeyName,
    /// `vx_` and the next six characters, then `…`.
    pub preview: String,
    pub scopes: ScopeSet,
    pub created: Moment,
    /// E-mail address of the member who created it.
    pub created_by: String,
    pub expires: Option<Moment>,
    /// Its own, in words, where the account's does not hold for it.
    pub own_limit: Option<String>,
    pub last_use: Option<LastUse>,
    pub status: KeyStatus,
    pub revocation: Option<Revocation>,
    /// Active, and ends within seven days.
    pub expires_soon: bool,
    /// Active, and used neither in the last 30 days nor created in them.
    pub unused: bool,
    /// Used within the last 24 hours: revoking asks for the name.
    pub used_lately: bool,
    /// What deserves a look, in few words, the most urgent first.
    pub notices: Vec<String>,
}

impl KeyView {
    /// Among the notices of a key whose revocation or pause is in force on this node alone.
    pub const NOT_STORED: &str = "Refused on this node, not yet stored";

    pub fn is_not_stored(&self) -> bool {
        self.notices.iter().any(|notice| notice == Self::NOT_STORED)
    }
}

/// A key that somebody found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedKey {
    pub key: KeyView,
    pub now: Moment,
}

/// A key that was just created: the one value on the wire that holds a secret.
///
/// It goes to the person who asked, once. It is never stored, and `Debug` leaves the secret out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedKey {
    pub key: KeyView,
    pub secret: String,
    /// A call that works as pasted once the key's permissions allow it; holds the secret.
    pub curl: String,
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
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(KeyName::parse("  CRM Sync ").unwrap().as_str(), "CRM Sync");
        assert!(KeyName::parse(&"é".repeat(64)).is_ok());
        assert!(KeyName::parse(&"é".repeat(65)).is_err());
        assert!(KeyName::parse(" \t ").is_err());
    }

    #[test]
    fn a_name_that_deceives_the_eye_is_refused() {
        for bad in ["a\0b", "a\nb", "safe\u{202E}live", "zero\u{200B}width"] {
            assert!(KeyName::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn vague_names_get_a_hint_and_good_ones_none() {
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
