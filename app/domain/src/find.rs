//! Finding keys among many: what the API Keys page may be asked for.

use crate::Rejected;
use serde::{Deserialize, Serialize};

/// What the page's address asks for, as it was typed. Empty: not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyQuery {
    /// What words of a name begin with, or the characters that a preview does.
    pub q: String,
    /// A status, in lower case, or [`Self::KNOCKING`].
    pub status: String,
    pub scope: String,
    /// The id of the member who created the key.
    pub creator: String,
    /// Neither used nor made within so many days.
    pub unused: String,
    /// Ends within so many days.
    pub expires: String,
    pub sort: String,
    /// Where the page begins, as [`AroundKeys::next`](crate::AroundKeys::next) names it.
    pub cursor: String,
}

impl KeyQuery {
    /// In place of a status: revoked or expired, and still called with.
    pub const KNOCKING: &str = "knocking";

    /// Every field with its name in the address.
    pub fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("q", &self.q),
            ("status", &self.status),
            ("scope", &self.scope),
            ("creator", &self.creator),
            ("unused", &self.unused),
            ("expires", &self.expires),
            ("sort", &self.sort),
            ("cursor", &self.cursor),
        ]
    }

    /// Whether it asks for some keys only.
    pub fn filters(&self) -> bool {
        self.filters_further() || !self.q.trim().is_empty()
    }

    /// The same, but for the text.
    pub fn filters_further(&self) -> bool {
        [
            &self.status,
            &self.scope,
            &self.creator,
            &self.unused,
            &self.expires,
        ]
        .into_iter()
        .any(|text| !text.is_empty())
    }
}

/// What a list of keys is ordered by; where two are equal, by when they were created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeySort {
    /// Those that still can be used first.
    #[default]
    Usual,
    Name,
    Preview,
    Created,
    LastUsed,
    Status,
}

/// An order of keys and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyOrder {
    pub sort: KeySort,
    /// Other than a person would begin with: names from Z to A, the oldest first, revoked before active.
    pub reversed: bool,
}

impl KeyOrder {
    /// The text of each in an address, and what the form calls it. The first is the usual one.
    pub const ALL: [(&'static str, KeySort, bool, &'static str); 11] = [
        ("", KeySort::Usual, false, "Usable first, then newest"),
        ("name", KeySort::Name, false, "Name, A to Z"),
        ("-name", KeySort::Name, true, "Name, Z to A"),
        ("preview", KeySort::Preview, false, "Key preview, 0 to z"),
        ("-preview", KeySort::Preview, true, "Key preview, z to 0"),
        ("created", KeySort::Created, false, "Newest first"),
        ("-created", KeySort::Created, true, "Oldest first"),
        ("used", KeySort::LastUsed, false, "Last used most lately"),
        (
            "-used",
            KeySort::LastUsed,
            true,
            "Last used longest ago, or never",
        ),
        ("status", KeySort::Status, false, "Status, active first"),
        ("-status", KeySort::Status, true, "Status, revoked first"),
    ];

    /// # Errors
    /// A text that names no order.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        let found = Self::ALL.into_iter().find(|(text, ..)| *text == raw);
        let (_, sort, reversed, _) = found.ok_or(Rejected("Choose the order from the list."))?;
        Ok(Self { sort, reversed })
    }

    /// As [`Self::parse`] reads it.
    pub fn as_str(self) -> &'static str {
        let own = |(_, sort, reversed, _): &(&str, KeySort, bool, &str)| {
            (*sort, *reversed) == (self.sort, self.reversed)
        };
        Self::ALL
            .iter()
            .find(|entry| own(entry))
            .map_or("", |(text, ..)| text)
    }
}

/// How many keys there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyCount {
    pub keys: u32,
    /// Of them, those that are accepted now.
    pub active: u32,
    /// Whether there may be more, since not all of the account's keys were looked at.
    pub at_least: bool,
}

impl KeyCount {
    /// Nobody counts further, and no page takes longer because there are more.
    pub const MOST: u32 = 1_000;

    /// In words, above the list.
    pub fn words(self, filtered: bool) -> String {
        let Self {
            keys,
            active,
            at_least,
        } = self;
        let noun = if keys == 1 { "key" } else { "keys" };
        match (filtered, keys > Self::MOST) {
            _ if at_least && keys == 0 => "Few keys match".to_owned(),
            _ if at_least => format!("At least {} {noun} found", grouped(keys)),
            (false, true) => format!("More than {} keys", grouped(Self::MOST)),
            (true, true) => format!("More than {} keys match", grouped(Self::MOST)),
            (false, false) => format!("{} {noun}, {} active", grouped(keys), grouped(active)),
            (true, false) if keys == 1 => "1 key matches".to_owned(),
            (true, false) => format!("{} {noun} match", grouped(keys)),
        }
    }
}

fn grouped(number: u32) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_reads_back() {
        for (text, sort, reversed, _) in KeyOrder::ALL {
            let order = KeyOrder { sort, reversed };
            assert_eq!(KeyOrder::parse(text), Ok(order));
            assert_eq!(order.as_str(), text);
        }
        assert!(KeyOrder::parse("digest").is_err());
    }

    #[test]
    fn what_is_counted_is_told_in_words() {
        let count = |keys, active| KeyCount {
            keys,
            active,
            at_least: false,
        };
        assert_eq!(count(1, 1).words(false), "1 key, 1 active");
        assert_eq!(count(1_000, 999).words(false), "1,000 keys, 999 active");
        assert_eq!(count(1_001, 9).words(false), "More than 1,000 keys");
        assert_eq!(count(0, 0).words(true), "0 keys match");
        assert_eq!(count(1, 0).words(true), "1 key matches");
        assert_eq!(count(1_001, 0).words(true), "More than 1,000 keys match");
        let some = |keys| KeyCount {
            keys,
            at_least: true,
            ..KeyCount::default()
        };
        assert_eq!(some(0).words(true), "Few keys match");
        assert_eq!(some(1).words(true), "At least 1 key found");
        assert_eq!(some(12).words(true), "At least 12 keys found");
    }
}
