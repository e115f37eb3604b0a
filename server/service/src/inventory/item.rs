//! One item, checked.

use super::Price;
use domain::Timestamp;
use iso_currency::IntoEnumIterator as _;
use std::collections::BTreeMap;

/// The seller's own identifier: 1 to 128 characters, no control characters, not `.` or `..` (which vanish from URLs).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub(super) String);

impl ItemId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An ISO 4217 code, such as `USD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(pub(super) iso_currency::Currency);

impl Currency {
    pub fn parse(raw: &str) -> Option<Self> {
        iso_currency::Currency::from_code(raw).map(Self)
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The decimal places of its amounts by ISO 4217, and two for what is not divided by it, such as gold.
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from).min(4)
    }

    /// Such as "Euro".
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Every code that [`Self::parse`] takes.
    pub fn known() -> impl Iterator<Item = Self> {
        iso_currency::Currency::iter().map(Self)
    }

    /// Those that prices are in, by their codes: no metals, funds, test codes, and none that was replaced.
    pub fn all() -> impl Iterator<Item = Self> {
        iso_currency::Currency::iter()
            .filter(|currency| currency.flags().is_empty())
            .map(Self)
    }
}

/// One inventory entry. Only [`super::ItemDraft::check`] and the database make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub name: String,
    pub category: Option<String>,
    pub price: Option<Price>,
    pub currency: Option<Currency>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub image_url: Option<String>,
    pub available: bool,
    pub attributes: BTreeMap<String, String>,
}

impl Item {
    /// Bytes of its texts in UTF-8, as quotas count them; the names of attributes and their JSON syntax count, too.
    pub fn bytes(&self) -> u64 {
        let texts = [
            Some(&self.name),
            self.category.as_ref(),
            self.description.as_ref(),
            self.url.as_ref(),
            self.image_url.as_ref(),
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let currency = self.currency.map_or(0, |currency| currency.code().len());
        let bytes = self.id.as_str().len() + currency + self.attributes_json().len() + texts;
        bytes as u64
    }

    /// Its attributes as the database keeps them.
    ///
    /// # Panics
    /// Never: a map of texts always has a JSON form.
    pub fn attributes_json(&self) -> String {
        serde_json::to_string(&self.attributes).expect("a map of texts is always valid JSON")
    }
}

impl ItemId {
    /// For ids that were checked before they were stored.
    pub fn from_stored(id: String) -> Self {
        Self(id)
    }
}

/// An item as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub item: Item,
    /// The item's, or where it has none, the account's.
    pub currency: Currency,
    pub updated_at: Timestamp,
    /// 1 for a new item, one more with each change.
    pub revision: u64,
}

impl StoredItem {
    pub const fn version(&self) -> Version {
        Version {
            updated_at: self.updated_at,
            revision: self.revision,
        }
    }
}

/// One state of an item under its id, told from every other: an item that is deleted and made again begins at the first
/// revision, but at another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub updated_at: Timestamp,
    pub revision: u64,
}

/// What has to hold of an item for a change to happen, judged in the change's own transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    #[default]
    Always,
    /// There is none yet.
    Absent,
    /// There is one, in whatever state.
    Present,
    /// It is in one of these states.
    OneOf(Vec<Version>),
}

impl Condition {
    pub fn holds(&self, found: Option<Version>) -> bool {
        match self {
            Self::Always => true,
            Self::Absent => found.is_none(),
            Self::Present => found.is_some(),
            Self::OneOf(versions) => found.is_some_and(|found| versions.contains(&found)),
        }
    }
}

/// Which items a list shows; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Exactly this category.
    pub category: Option<String>,
    /// Part of the id or the name, whatever the case.
    pub q: Option<String>,
    /// Changed then or later.
    pub updated_since: Option<Timestamp>,
}

impl ItemFilter {
    /// As the console searches; a text of blanks alone searches for nothing.
    pub fn search(q: Option<String>) -> Self {
        Self {
            q: q.filter(|q| !q.trim().is_empty()),
            ..Self::default()
        }
    }

    /// The form in which a text is searched for and in.
    pub fn folded(text: &str) -> String {
        crate::fold::folded(text)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
