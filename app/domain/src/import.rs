//! Data of the pages on which a member imports a file of items.

use crate::DisplayTime;
use serde::{Deserialize, Serialize};

/// One of the import pages, in the order of the steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportPage {
    /// The choice of a file.
    Start(Box<ImportStart>),
    /// Description of the file, and its settings.
    Describe(Box<ImportFile>),
    /// The changes that the import would make.
    Preview(Box<ImportPreview>),
    Done(Box<ImportResult>),
    /// The import has ended, was replaced by another, or belongs to another member.
    Unavailable,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportStart {
    /// Why the uploaded file cannot be read.
    pub refused: Option<FileRefusal>,
    /// An import that the member has already started.
    pub open: Option<OpenImport>,
}

/// Reason for refusing a file, with the faulty rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRefusal {
    pub reason: String,
    pub rows: Vec<RowErrors>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenImport {
    pub path: String,
    pub file_name: String,
    pub started: DisplayTime,
}

/// The faults of one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowErrors {
    /// The place in the file, in words, such as `Row 3, id SKU001`.
    pub place: String,
    /// Name of each faulty field, which may be empty, and advice.
    pub problems: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Address of the import.
    pub path: String,
    pub file_name: String,
    /// Label and value, such as `Encoding` and `UTF-8`.
    pub facts: Vec<(&'static str, String)>,
    /// Id, name and price of the first items, for JSON and XML, whose fields have fixed names.
    pub first: Vec<[String; 3]>,
    /// Present if the file is a table.
    pub table: Option<ImportTable>,
    /// `merge`, `replace` or `update`, as in the API.
    pub mode: &'static str,
    /// Whether faulty rows are skipped.
    pub skips: bool,
    /// Id of the form control that each error is about, and the error.
    pub errors: Vec<(String, String)>,
}

/// Columns of a table and the interpretation of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTable {
    pub columns: Vec<ImportColumn>,
    /// Value and label of each field that a column can be mapped to.
    pub targets: Vec<(String, String)>,
    /// The mapping was remembered from an earlier file with the same header.
    pub remembered: bool,
    /// Prices have a decimal comma.
    pub decimal_comma: bool,
    /// Currency code of prices that contain none; empty means the account's currency.
    pub currency: String,
    /// Value and label of each currency.
    pub currencies: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportColumn {
    /// Empty if the column has no name.
    pub header: String,
    /// Values of the first rows.
    pub values: Vec<String>,
    /// The selected field.
    pub target: String,
}

/// Numbers of items by the effect of an import on them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub removed: u64,
    /// Rows with errors.
    pub faulty: u64,
    /// Rows without a name that repeat the id of a row above.
    pub repeated: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPreview {
    pub path: String,
    pub file_name: String,
    /// Why the file cannot be imported as it is.
    pub refused: Option<String>,
    pub counts: ImportCounts,
    /// The first new items.
    pub created: Vec<NewItem>,
    /// The first changed items.
    pub updated: Vec<ChangedItem>,
    /// Id and name of the first items that would be removed.
    pub removed: Vec<(String, String)>,
    /// Warning about fields that the import empties.
    pub emptied: Option<String>,
    /// The first faulty rows.
    pub faults: Vec<RowErrors>,
    /// Number of faulty rows in the downloadable report.
    pub reported: u64,
    /// Faulty rows are skipped.
    pub skips: bool,
    /// Identifies what the member confirms, in the form.
    pub digest: String,
    /// Nothing was imported, since the preview that the member confirmed was not this one.
    pub is_outdated: bool,
    /// The number of removals that the member typed as a confirmation, and the error in it, if any.
    pub typed: String,
    pub error: Option<String>,
}

/// An item that would be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    pub id: String,
    pub name: String,
    /// With its currency; empty if the item has none.
    pub price: String,
    pub available: bool,
}

/// An item that would change, with each changed field's name, old value and new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedItem {
    pub id: String,
    pub fields: Vec<(String, Option<String>, Option<String>)>,
}

/// Result of an import, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportResult {
    pub file_name: String,
    pub counts: ImportCounts,
    /// The first rows that were skipped.
    pub faults: Vec<RowErrors>,
}
