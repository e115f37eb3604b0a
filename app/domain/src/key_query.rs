//! Search of the API Keys page: filters, orders and counts.

use crate::{InvalidValue, number};
use serde::{Deserialize, Serialize};

/// Query of the API Keys page, unparsed, as in the page's address. An empty field is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyQuery {
    /// Prefixes of words in the name, or a prefix of the key's preview.
    pub q: String,
    /// Status in lower case, [`Self::DEAD_IN_USE`] or [`Self::NEEDS_ATTENTION`].
    pub status: String,
    pub scope: String,
    /// Id of the member who created the key.
    pub creator: String,
    /// Number of days in which the key was neither used nor created, or [`Self::NEVER_USED`].
    pub unused: String,
    /// Number of days within which the key expires.
    pub expires: String,
    pub sort: String,
    /// Cursor at which the page begins, as in
    /// [`KeysPageContext::next`](crate::KeysPageContext::next).
    pub cursor: String,
}

impl KeyQuery {
    /// Value of `status` for keys that are revoked or expired and still in use.
    pub const DEAD_IN_USE: &str = "dead-in-use";

    /// Value of `status` for keys that need attention: active and paused keys that expire within
    /// seven days, were not used for 30 days or are used from a new network, and revoked and
    /// expired keys that are still in use.
    pub const NEEDS_ATTENTION: &str = "attention";

    /// Value of `unused` for keys of any status that were never used.
    pub const NEVER_USED: &str = "never";

    /// Sets the field with this name in the page's address. Other names are ignored.
    pub fn set(&mut self, name: &str, value: String) {
        let field = match name {
            "q" => &mut self.q,
            "status" => &mut self.status,
            "scope" => &mut self.scope,
            "creator" => &mut self.creator,
            "unused" => &mut self.unused,
            "expires" => &mut self.expires,
            "sort" => &mut self.sort,
            "cursor" => &mut self.cursor,
            _ => return,
        };
        *field = value;
    }

    /// Returns every field with its name in the page's address.
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

    /// Returns whether the query restricts the list by any filter, including the search text.
    pub fn has_filter(&self) -> bool {
        self.has_filter_besides_text() || !self.q.trim().is_empty()
    }

    /// Returns whether the query restricts the list by any filter other than the search text.
    pub fn has_filter_besides_text(&self) -> bool {
        self.number_of_filters() > 0
    }

    /// Returns by how many filters other than the search text the query restricts the list.
    pub fn number_of_filters(&self) -> usize {
        let filters = [
            &self.status,
            &self.scope,
            &self.creator,
            &self.unused,
            &self.expires,
        ];
        let set = filters.into_iter().filter(|text| !text.is_empty());
        set.count()
    }
}

/// Sort column of a list of keys. Ties are ordered by time of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeySort {
    /// Usable keys first, then newest first.
    #[default]
    UsableFirst,
    Name,
    Preview,
    Created,
    LastUsed,
    /// Active and paused keys by their expiration, the next one first, and those without one last;
    /// then revoked and expired keys.
    Expires,
    Status,
}

/// Sort column of keys and its direction.
///
/// # Examples
/// ```
/// use domain::{KeyOrder, KeySort};
/// let order = KeyOrder::parse("-name").unwrap();
/// assert_eq!((order.sort, order.reversed), (KeySort::Name, true));
/// assert_eq!(order.as_str(), "-name");
/// assert_eq!(KeyOrder::parse(""), Ok(KeyOrder::default()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyOrder {
    pub sort: KeySort,
    /// Opposite of the column's natural direction: names from Z to A, oldest first, revoked before
    /// active, keys that never expire before those that expire.
    pub reversed: bool,
}

impl KeyOrder {
    /// Every order: its text in the page's address, column, direction and label in the form. The
    /// first one is the default.
    pub const ALL: [(&'static str, KeySort, bool, &'static str); 13] = [
        ("", KeySort::UsableFirst, false, "Active first, then newest"),
        ("name", KeySort::Name, false, "Name, A–Z"),
        ("-name", KeySort::Name, true, "Name, Z–A"),
        ("preview", KeySort::Preview, false, "Key preview, 0–z"),
        ("-preview", KeySort::Preview, true, "Key preview, z–0"),
        ("created", KeySort::Created, false, "Newest first"),
        ("-created", KeySort::Created, true, "Oldest first"),
        ("used", KeySort::LastUsed, false, "Recently used first"),
        (
            "-used",
            KeySort::LastUsed,
            true,
            "Least recently used first",
        ),
        ("expires", KeySort::Expires, false, "Next to expire first"),
        ("-expires", KeySort::Expires, true, "Next to expire last"),
        ("status", KeySort::Status, false, "Status, active first"),
        ("-status", KeySort::Status, true, "Status, revoked first"),
    ];

    /// Parses the text in the page's address.
    ///
    /// # Errors
    /// The text does not name an order.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        let found = Self::ALL.into_iter().find(|(text, ..)| *text == raw);
        let (_, sort, reversed, _) = found.ok_or(InvalidValue("Select a sort order."))?;
        Ok(Self { sort, reversed })
    }

    /// Returns the text that [`Self::parse`] accepts.
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

/// Number of keys in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyCount {
    pub keys: u32,
    /// Number of these keys that are currently accepted.
    pub active: u32,
    /// The counts are lower bounds, since not all keys of the account were examined.
    pub is_lower_bound: bool,
}

impl KeyCount {
    /// Counting stops above this number, so that the time for a page does not grow with the
    /// account.
    pub const MAX: u32 = 1_000;

    /// Formats a number of keys such as `999`, or `1,000+` if counting stopped.
    pub fn capped(keys: u32) -> String {
        let plus = if keys > Self::MAX { "+" } else { "" };
        format!("{}{plus}", number(keys.min(Self::MAX).into()))
    }

    /// Heading of the list, in words.
    pub fn words(self, filtered: bool) -> String {
        let Self {
            keys,
            active,
            is_lower_bound,
        } = self;
        let noun = if keys == 1 { "key" } else { "keys" };
        match (filtered, keys > Self::MAX) {
            _ if is_lower_bound && keys == 0 => "A few keys match".to_owned(),
            _ if is_lower_bound => format!("{}+ {noun} found", number(keys.into())),
            (false, true) => format!("More than {} keys", number(Self::MAX.into())),
            (true, true) => format!("More than {} keys match", number(Self::MAX.into())),
            (false, false) => format!(
                "{} {noun}, {} active",
                number(keys.into()),
                number(active.into())
            ),
            (true, false) if keys == 1 => "1 key matches".to_owned(),
            (true, false) => format!("{} {noun} match", number(keys.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_round_trips_through_its_text() {
        for (text, sort, reversed, _) in KeyOrder::ALL {
            let order = KeyOrder { sort, reversed };
            assert_eq!(KeyOrder::parse(text), Ok(order));
            assert_eq!(order.as_str(), text);
        }
        assert!(KeyOrder::parse("digest").is_err());
    }

    #[test]
    fn key_count_is_described_in_words() {
        let count = |keys, active| KeyCount {
            keys,
            active,
            is_lower_bound: false,
        };
        assert_eq!(count(1, 1).words(false), "1 key, 1 active");
        assert_eq!(count(1_000, 999).words(false), "1,000 keys, 999 active");
        assert_eq!(count(1_001, 9).words(false), "More than 1,000 keys");
        assert_eq!(count(0, 0).words(true), "0 keys match");
        assert_eq!(count(1, 0).words(true), "1 key matches");
        assert_eq!(count(1_001, 0).words(true), "More than 1,000 keys match");
        let some = |keys| KeyCount {
            keys,
            is_lower_bound: true,
            ..KeyCount::default()
        };
        assert_eq!(some(0).words(true), "A few keys match");
        assert_eq!(some(1).words(true), "1+ key found");
        assert_eq!(some(12).words(true), "12+ keys found");
    }
}
