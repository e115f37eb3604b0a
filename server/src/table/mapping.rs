//! The meaning of the columns of a table.

use super::TableColumn;
use crate::feed::{Absent, FIELDS};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use service::inventory::Currency;

/// The meaning of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Field(&'static str),
    /// An attribute under the name of the column.
    Attribute,
    LeaveOut,
}

/// Every target by its word in the form, and its label.
pub const TARGETS: [(&str, &str); 11] = [
    ("id", "Id"),
    ("name", "Name"),
    ("category", "Category"),
    ("price", "Price"),
    ("currency", "Currency"),
    ("description", "Description"),
    ("url", "Web address"),
    ("image_url", "Image address"),
    ("available", "Available"),
    ("attribute", "Attribute under this name"),
    ("leave_out", "Leave out"),
];

impl Target {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "attribute" => Some(Self::Attribute),
            "leave_out" => Some(Self::LeaveOut),
            _ => FIELDS
                .into_iter()
                .find(|field| *field == word)
                .map(Self::Field),
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Field(field) => field,
            Self::Attribute => "attribute",
            Self::LeaveOut => "leave_out",
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| D::Error::custom("not a target of a column"))
    }
}

/// The character before the decimals of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimals {
    /// As in `1,234.50`.
    #[default]
    Point,
    /// As in `1.234,50`.
    Comma,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// One for each column of the table.
    pub columns: Vec<Target>,
    /// Of prices without one of their own, by its code; `None` is the account's.
    pub currency: Option<String>,
    pub decimals: Decimals,
}

/// The control of the form that a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// From 0 on.
    Column(usize),
    Currency,
}

/// A reason for which a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub message: String,
}

impl Mapping {
    /// The reasons for which the mapping cannot be used for these columns. Items whose absent fields stay need no name.
    pub fn faults(&self, columns: &[TableColumn], absent: Absent) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |place, message| faults.push(Fault { place, message });
        for field in FIELDS {
            let label = label(field);
            let target = Target::Field(field);
            let mut places = (0..).zip(&self.columns).filter(|(_, one)| **one == target);
            let first = places.next();
            let is_needed = field == "id" || (field == "name" && absent == Absent::Empty);
            if first.is_none() && is_needed {
                let message = format!("Choose the column that has the {label} of each item.");
                fault(Place::Column(0), message);
            }
            for (place, _) in places {
                let header = columns.get(place).map_or("", |column| &column.header);
                let message = format!(
                    "Another column is the {label} already. Choose something else for “{header}”."
                );
                fault(Place::Column(place), message);
            }
        }
        if let Some(code) = &self.currency
            && Currency::parse(code).is_none()
        {
            let message = "Choose a currency from the list.".to_owned();
            fault(Place::Currency, message);
        }
        faults
    }
}

/// The label of a field within a sentence.
fn label(field: &str) -> String {
    let label = TARGETS.iter().find(|(word, _)| *word == field);
    label.map_or(field.to_owned(), |(_, label)| label.to_lowercase())
}
