//! The choices of a member for an import.

use crate::console::fields::Fields;
use crate::table::{Decimals, Mapping, Target};
use serde::{Deserialize, Serialize};

/// As they are stored between the steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Of a table.
    pub mapping: Option<Mapping>,
    /// Whether items that are not in the file are removed.
    pub replaces: bool,
    /// Whether faulty rows are skipped.
    pub skips: bool,
}

impl Choices {
    /// `None` for a text of another version.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("texts are always JSON")
    }

    /// The choices in the form for a table of so many columns.
    pub fn of_form(fields: &Fields, columns: Option<usize>) -> Self {
        let mapping = columns.map(|columns| {
            let columns = (0..columns).map(|place| {
                let word = fields.text(&format!("column-{place}"));
                Target::parse(&word).unwrap_or(Target::LeaveOut)
            });
            let currency = fields.text("currency");
            Mapping {
                columns: columns.collect(),
                currency: (!currency.is_empty()).then_some(currency),
                decimals: if fields.text("decimals") == "comma" {
                    Decimals::Comma
                } else {
                    Decimals::Point
                },
            }
        });
        Self {
            mapping,
            replaces: fields.text("mode") == "replace",
            skips: fields.text("on_error") == "skip",
        }
    }
}
