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

/// The errors in one row of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowErrors {
    /// Row of a table as a spreadsheet counts it, from 1.
    pub row: Option<usize>,
    /// Line of the text on which the item begins, from 1.
    pub line: Option<usize>,
    /// Index of the item in the file, from 0; `None` if the errors are about the whole file.
    pub index: Option<usize>,
    /// ID of the item in the file, shortened; `None` if it has none.
    pub id: Option<String>,
    pub cells: Vec<CellError>,
}

/// An error in one cell of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// Title of the column in the file, shortened; empty if the error is about the whole row.
    pub column: String,
    /// Value in the file, shortened; empty for a blank cell, `None` if it is unknown.
    pub value: Option<String>,
    /// Correction to make, in the words of the console.
    pub advice: String,
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
    /// Present if prices of the file can lack a currency.
    pub currency: Option<CurrencyChoice>,
    /// `merge`, `replace` or `update`, as in the API.
    pub mode: &'static str,
    /// Id of the form control that each error is about, and the error.
    pub errors: Vec<(String, String)>,
    /// The session ended before the form was saved, and these are its entries.
    pub is_kept: bool,
}

/// Choice of the currency of prices for which a file names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyChoice {
    /// Code of the chosen currency. If it is empty, such prices are in the account's currency, or
    /// the member has to choose one if the account has none that was chosen.
    pub chosen: String,
    /// Name and code of the account's currency, if its members have chosen one.
    pub account_currency: Option<String>,
    /// Title of each group of currencies, with their values and labels.
    pub groups: Vec<(&'static str, Vec<(String, String)>)>,
}

/// Columns of a table and the interpretation of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTable {
    pub columns: Vec<ImportColumn>,
    /// Value and label of each field that a column can be mapped to.
    pub targets: Vec<(String, String)>,
    /// How values of these columns are read.
    pub notes: Vec<&'static str>,
    /// The mapping was remembered from an earlier file with the same header.
    pub remembered: bool,
    /// Prices have a decimal comma.
    pub decimal_comma: bool,
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
    pub emptied: Option<EmptiedWarning>,
    /// How words in the column of availability were read.
    pub availability: Option<String>,
    /// Errors of the rows that are skipped, as far as they are listed.
    pub errors: Vec<RowErrors>,
    /// Identifies what the member confirms, in the form.
    pub digest: String,
    /// Nothing was imported, since the preview that the member confirmed was not this one.
    pub is_outdated: bool,
    /// The number of removals that the member typed as a confirmation, and the error in it, if any.
    pub typed: String,
    pub typed_error: Option<String>,
}

/// Warning about fields that the import empties, and the options that keep them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmptiedWarning {
    pub text: String,
    /// Id of the form control of each option on the page of the file, and the label of its link.
    pub options: Vec<(String, String)>,
}

/// An item that would be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    pub id: String,
    pub name: String,
    /// With its currency; empty if the item has none.
    pub price: String,
    pub available: bool,
    /// The first attributes with their values; empty if the item has none.
    pub attributes: String,
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
    /// Address of the import; it is not stored.
    #[serde(skip)]
    pub path: String,
    pub file_name: String,
    pub counts: ImportCounts,
    /// Errors of the rows that were skipped, as far as they are listed.
    #[serde(default)]
    pub errors: Vec<RowErrors>,
    /// Delimiter of the file, if it was a table.
    #[serde(default)]
    pub delimiter: Option<char>,
}

impl ImportCounts {
    /// Returns whether the import changes no item.
    pub const fn is_no_change(&self) -> bool {
        self.created + self.updated + self.removed == 0
    }
}
