//! The pages on which a member imports a file of items.

use crate::Moment;
use serde::{Deserialize, Serialize};

/// One of the pages, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportPage {
    /// The choice of a file.
    Start(Box<ImportStart>),
    /// The description of the file, and the choices for it.
    Describe(Box<ImportFile>),
    /// The changes that the import would make.
    Preview(Box<ImportPreview>),
    Done(Box<ImportResult>),
    /// The import is over, was replaced, or is not this member's.
    Gone,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportStart {
    /// Why the file that was sent cannot be read.
    pub refused: Option<FileRefusal>,
    /// An import that the member has begun.
    pub open: Option<OpenImport>,
}

/// The reason for which a file is not imported, and the rows at fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRefusal {
    pub reason: String,
    pub rows: Vec<RowProblem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenImport {
    pub path: String,
    pub file_name: String,
    pub begun: Moment,
}

/// The faults of one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The place in the file, in words, such as `Row 3, id SKU001`.
    pub place: String,
    /// The name of each faulty field, which may be empty, and what to do.
    pub problems: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// The address of the import.
    pub path: String,
    pub file_name: String,
    /// Such as `Encoding` and `UTF-8`.
    pub facts: Vec<(&'static str, String)>,
    /// Of JSON and XML, which name the fields themselves: the id, the name and the price of the first items.
    pub first: Vec<[String; 3]>,
    /// Of a table.
    pub table: Option<ImportTable>,
    /// `merge`, `replace` or `update`, as in the API.
    pub mode: &'static str,
    /// Whether faulty rows are skipped.
    pub skips: bool,
    /// The id of the control that each fault is about, and the fault.
    pub errors: Vec<(String, String)>,
}

/// The columns of a table, and how their values are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTable {
    pub columns: Vec<ImportColumn>,
    /// Value and label of each meaning that a column can have.
    pub targets: Vec<(String, String)>,
    /// The mapping was used for such a file before.
    pub remembered: bool,
    /// Whether prices have a decimal comma.
    pub decimal_comma: bool,
    /// The code of the currency of prices without one; empty is the account's.
    pub currency: String,
    /// Value and label of each currency.
    pub currencies: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportColumn {
    /// Empty if the column has no name.
    pub header: String,
    /// The values of the first rows.
    pub values: Vec<String>,
    /// The meaning that is chosen.
    pub target: String,
}

/// The numbers of items, by what an import does to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub removed: u64,
    /// Faulty rows.
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
    /// The ids of the first new items.
    pub created: Vec<String>,
    /// The first changed items.
    pub updated: Vec<ChangedItem>,
    /// The ids of the first items that would be removed.
    pub removed: Vec<String>,
    /// The first faulty rows.
    pub faults: Vec<RowProblem>,
    /// Whether faulty rows are skipped.
    pub skips: bool,
    /// The number of removals as it was typed, and what is wrong with it.
    pub typed: String,
    pub error: Option<String>,
}

/// An item that would change: each field with its value before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedItem {
    pub id: String,
    pub fields: Vec<(String, Option<String>, Option<String>)>,
}

/// The result of an import, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportResult {
    pub file_name: String,
    pub counts: ImportCounts,
    /// The first rows that were skipped.
    pub faults: Vec<RowProblem>,
}
