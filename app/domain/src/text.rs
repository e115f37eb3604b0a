//! What every text that a person types has in common.

use std::fmt;

/// A value was refused; the text says what to do, and may be shown to whoever sent the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejected(pub &'static str);

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Rejected {}

/// Trims, and refuses what is empty, longer than `max` characters or holds control characters.
///
/// Bidirectional overrides and other invisible formatting are refused as well: a name that reads differently from
/// what it is would deceive the person who is about to revoke a key by its name. The zero-width joiner stays, since
/// emoji and several scripts need it.
pub(crate) fn line(
    raw: &str,
    max: usize,
    empty: &'static str,
    long: &'static str,
    odd: &'static str,
) -> Result<String, Rejected> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Err(Rejected(empty));
    }
    if trimmed.chars().count() > max {
        return Err(Rejected(long));
    }
    if trimmed.chars().any(|c| c.is_control() || is_deceptive(c)) {
        return Err(Rejected(odd));
    }
    Ok(trimmed.to_owned())
}

fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// Implements serde for a text newtype by way of its `parse` and `as_str`.
macro_rules! serde_by_parse {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use serde_by_parse;
