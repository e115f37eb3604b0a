//! The choices of a member for an import.

use crate::fields::Fields;
use files::feed::Absent;
use files::import_file::{Decimals, Mapping, Table, Target};
use serde::{Deserialize, Serialize};
use service::inventory::FeedMode;
use service::store::{AllowedRemovals, HeaderDigest, UsedMapping};

/// Effect of an import on stored items and fields that the file does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Other items stay. An item of the file is stored whole, so that fields without a column are
    /// empty.
    #[default]
    Merge,
    /// As with [`Mode::Merge`], and items that are not in the file are removed.
    Replace,
    /// Only the fields that the file has are changed, and only in items that are stored.
    Update,
}

impl Mode {
    pub fn parse(value: &str) -> Self {
        match value {
            "replace" => Self::Replace,
            "update" => Self::Update,
            _ => Self::Merge,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Replace => "replace",
            Self::Update => "update",
        }
    }

    /// Returns the meaning of a field that the file does not have.
    pub const fn absent(self) -> Absent {
        Absent::of(self.feed(AllowedRemovals::Few))
    }

    /// Returns the mode of the feed, which removes at most the number of items that the member
    /// allows.
    pub const fn feed(self, removals: AllowedRemovals) -> FeedMode {
        match self {
            Self::Merge => FeedMode::Merge,
            Self::Replace => FeedMode::Replace(removals),
            Self::Update => FeedMode::Update,
        }
    }
}

/// The member's choices, in the form in which they are stored between steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Mapping of the columns, if the file is a table.
    pub mapping: Option<Mapping>,
    /// Digest of the table's header in hexadecimal digits.
    #[serde(default)]
    pub header: Option<String>,
    pub mode: Mode,
    /// Code of the currency of prices without one, if the file is not a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

impl Choices {
    /// Parses stored choices; `None` if another version stored them in another form.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("texts are always JSON")
    }

    /// Returns the mapping that the account remembers after the import.
    pub fn used_mapping(&self) -> Option<UsedMapping> {
        let mut digest = [0; 32];
        hex::decode_to_slice(self.header.as_deref()?, &mut digest).ok()?;
        let mapping = self.mapping.as_ref()?;
        Some(UsedMapping {
            header: HeaderDigest(digest),
            mapping: serde_json::to_string(mapping).expect("texts are always JSON"),
        })
    }

    /// Reads the choices from the form for a file, which may be a table.
    pub fn of_form(fields: &Fields, table: Option<&Table>) -> Self {
        let currency = Some(fields.text("currency")).filter(|code| !code.is_empty());
        let mapping = table.map(|table| {
            let columns = (0..table.columns.len()).map(|index| {
                let value = fields.text(&format!("column-{index}"));
                Target::parse(&value).unwrap_or(Target::LeaveOut)
            });
            Mapping {
                columns: columns.collect(),
                currency: currency.clone(),
                decimals: if fields.text("decimals") == "comma" {
                    Decimals::Comma
                } else {
                    Decimals::Point
                },
            }
        });
        Self {
            mapping,
            header: table.map(|table| hex::encode(table.header_digest().0)),
            mode: Mode::parse(&fields.text("mode")),
            currency: currency.filter(|_| table.is_none()),
        }
    }

    /// Returns the code of the currency of prices without one, if the member chose it.
    pub fn currency(&self) -> Option<&str> {
        let mapping = self.mapping.as_ref();
        let chosen = mapping.map_or(&self.currency, |mapping| &mapping.currency);
        chosen.as_deref()
    }

    /// Returns the notation of prices in the file.
    pub fn decimals(&self) -> Decimals {
        let mapping = self.mapping.as_ref();
        mapping.map_or(Decimals::Point, |mapping| mapping.decimals)
    }
}
