//! An item as a value: what a seller pushes, once it is valid.

mod check;
mod price;

pub use check::{ItemDraft, MAX_ID_CHARS, MAX_ITEM_BYTES};
pub use price::Price;

use domain::Timestamp;
use iso_currency::IntoEnumIterator as _;
use std::collections::BTreeMap;

/// The seller's own identifier: 1 to 128 characters, without control characters, and neither `.`
/// nor `..`, which disappear from URLs, nor `changes`, whose path is taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub(crate) String);

impl ItemId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An ISO 4217 code, such as `USD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(pub(crate) iso_currency::Currency);

impl Currency {
    pub fn parse(raw: &str) -> Option<Self> {
        iso_currency::Currency::from_code(raw).map(Self)
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Returns the number of decimal places by ISO 4217, and two for a unit without minor units,
    /// such as gold.
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from).min(4)
    }

    /// Returns the name, such as "Euro".
    pub fn name(&self) -> &str {
        // The list of the crate has mistakes, and names with notes that a reader does not need.
        match self.code() {
            "CNY" => "Chinese yuan",
            "SEK" => "Swedish krona",
            "XCG" => "Caribbean guilder",
            "XPF" => "CFP franc",
            _ => self.0.name(),
        }
    }

    /// Returns every currency that [`Self::parse`] accepts.
    pub fn known() -> impl Iterator<Item = Self> {
        iso_currency::Currency::iter().map(Self)
    }

    /// Returns the currencies for prices, ordered by code: no metals, funds or test codes, and none
    /// that was replaced.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut all: Vec<_> = iso_currency::Currency::iter()
            .filter(|currency| currency.flags().is_empty())
            .map(Self)
            .collect();
        // The crate's order is that of earlier codes.
        all.sort_by_key(|currency| currency.code());
        all.into_iter()
    }
}

/// One inventory entry. Only [`ItemDraft::check`] and the database create them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub name: String,
    pub category: Option<String>,
    pub price: Option<Price>,
    pub currency: Currency,
    pub description: Option<String>,
    pub url: Option<String>,
    pub image_url: Option<String>,
    pub available: bool,
    pub attributes: BTreeMap<String, String>,
}

impl Item {
    /// Returns the size of its texts in UTF-8 bytes, as quotas count them. The names of attributes
    /// and their JSON syntax count, too.
    pub fn bytes(&self) -> u64 {
        let texts = [
            Some(&self.name),
            self.category.as_ref(),
            self.description.as_ref(),
            self.url.as_ref(),
            self.image_url.as_ref(),
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let currency = self.currency.code().len();
        let bytes = self.id.as_str().len() + currency + self.attributes_json().len() + texts;
        bytes as u64
    }

    /// Returns its attributes in their stored form.
    ///
    /// # Panics
    /// Never: a map of texts always has a JSON form.
    pub fn attributes_json(&self) -> String {
        serde_json::to_string(&self.attributes).expect("a map of texts is always valid JSON")
    }
}

impl ItemId {
    /// Creates an id from a stored text, which was checked before.
    pub fn from_stored(id: String) -> Self {
        Self(id)
    }
}

/// An item in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub item: Item,
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

/// Identifies one state of an item under its id: an item that is deleted and created again also
/// begins at the first revision, but at another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub updated_at: Timestamp,
    pub revision: u64,
}

/// A condition on the item that a change requires. It is evaluated in the transaction of the
/// change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    #[default]
    Always,
    /// The item does not exist yet.
    Absent,
    /// The item exists, in any state.
    Present,
    /// The item is in one of these states.
    OneOf(Vec<Version>),
}

impl Condition {
    pub fn holds(&self, current: Option<Version>) -> bool {
        match self {
            Self::Always => true,
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::OneOf(versions) => current.is_some_and(|current| versions.contains(&current)),
        }
    }
}

/// Filter of a list of items; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Exactly this category.
    pub category: Option<String>,
    /// Part of the id or the name, in any case.
    pub q: Option<String>,
    /// `q` may also be a part of the name or the value of an attribute. SQLite compares letters
    /// beyond ASCII only in lower case and as they are in `q`.
    pub with_attributes: bool,
    /// Changed at this time or later.
    pub updated_since: Option<Timestamp>,
}

impl ItemFilter {
    /// Returns the filter of a search in the console, which includes attributes; a blank text does
    /// not filter.
    pub fn search(q: Option<&str>) -> Self {
        let q = q.map(str::trim).filter(|q| !q.is_empty());
        Self {
            q: q.map(str::to_owned),
            with_attributes: q.is_some(),
            ..Self::default()
        }
    }

    /// Returns the form in which texts are compared by a search.
    pub fn folded(text: &str) -> String {
        crate::fold::folded(text)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
