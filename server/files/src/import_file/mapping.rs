//! Mapping of the columns of a table to the fields of an item.

use super::TableColumn;
use crate::feed::{Absent, FIELDS};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use service::inventory::Currency;

/// Target of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Field(&'static str),
    /// An attribute under the name of the column.
    Attribute,
    /// A part of the name, and an attribute as well.
    NameAndAttribute,
    LeaveOut,
}

/// Every target by its word in the form, with its label.
pub const TARGETS: [(&str, &str); 12] = [
    ("id", "ID"),
    ("name", "Name"),
    ("name_attribute", "Name and attribute"),
    ("category", "Category"),
    ("price", "Price"),
    ("currency", "Currency"),
    ("description", "Description"),
    ("url", "Web address"),
    ("image_url", "Image address"),
    ("available", "Available"),
    ("attribute", "Attribute"),
    ("leave_out", "Leave out"),
];

impl Target {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "attribute" => Some(Self::Attribute),
            "name_attribute" => Some(Self::NameAndAttribute),
            "leave_out" => Some(Self::LeaveOut),
            _ => FIELDS
                .into_iter()
                .find(|field| *field == name)
                .map(Self::Field),
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Field(field) => field,
            Self::Attribute => "attribute",
            Self::NameAndAttribute => "name_attribute",
            Self::LeaveOut => "leave_out",
        }
    }

    /// Returns the field that the column becomes, alone or together with others.
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::Field(field) => Some(field),
            Self::NameAndAttribute => Some("name"),
            Self::Attribute | Self::LeaveOut => None,
        }
    }

    pub const fn is_attribute(self) -> bool {
        matches!(self, Self::Attribute | Self::NameAndAttribute)
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| D::Error::custom("not a target of a column"))
    }
}

/// Decimal separator of prices.
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
    /// One target for each column of the table. Several columns can be parts of the name, which are
    /// joined by spaces in their order. A column is at most one other field.
    pub columns: Vec<Target>,
    /// Code of the currency of prices that do not contain one, or `None` for the account's
    /// currency.
    pub currency: Option<String>,
    pub decimals: Decimals,
}

/// Control of the form that a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultLocation {
    /// Index of the column, from 0.
    Column(usize),
    Currency,
}

/// Reason why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub location: FaultLocation,
    pub message: String,
}

impl Mapping {
    /// Returns the reasons why the mapping cannot be used for these columns.
    ///
    /// Items need no name if absent fields keep their stored values.
    pub fn faults(&self, columns: &[TableColumn], absent: Absent) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |location, message| faults.push(Fault { location, message });
        for field in FIELDS {
            let label = label(field);
            let mut matches = (0..)
                .zip(&self.columns)
                .filter(|(_, target)| target.field() == Some(field));
            let first = matches.next();
            let is_needed = field == "id" || (field == "name" && absent == Absent::Clear);
            if first.is_none() && is_needed {
                let message = format!("Choose the column that has the {label} of each item.");
                fault(FaultLocation::Column(0), message);
            }
            let header = |at| {
                columns
                    .get(at)
                    .map_or("", |column: &TableColumn| &column.header)
            };
            let first = first.map_or("", |(at, _)| header(at));
            for (location, _) in matches.filter(|_| field != "name") {
                let other = header(location);
                let message = format!(
                    "“{first}” and “{other}” can't both be the {label}. Select something else for one of them."
                );
                fault(FaultLocation::Column(location), message);
            }
        }
        if let Some(code) = &self.currency
            && Currency::parse(code).is_none()
        {
            let message = "Select a currency.".to_owned();
            fault(FaultLocation::Currency, message);
        }
        faults
    }
}

/// Returns the label of a field for use within a sentence.
pub fn label(field: &str) -> String {
    let label = TARGETS.iter().find(|(name, _)| *name == field);
    label.map_or(field.to_owned(), |(_, label)| match *label {
        "ID" => "ID".to_owned(),
        label => label.to_lowercase(),
    })
}
