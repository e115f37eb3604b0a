//! The inventory as the console lists it.

use crate::Moment;
use serde::{Deserialize, Serialize};

/// One item of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// The seller's own identifier.
    pub id: String,
    pub name: String,
    pub category: Option<String>,
    /// With its currency, such as `32,500.00 USD`.
    pub price: Option<String>,
    pub available: bool,
    pub updated: Moment,
}

/// What the Inventory page's address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InventoryQuery {
    /// Where the page begins, as [`InventoryPage::next`] names it.
    pub cursor: Option<String>,
    /// Part of an id or a name.
    pub q: Option<String>,
}

/// One page of the Inventory page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryPage {
    pub items: Vec<ItemRow>,
    /// How many items the account has.
    pub total: u64,
    /// How many of them are listed, page by page.
    pub matching: u64,
    /// What was searched for.
    pub q: String,
    pub account_id: String,
    /// Whether the member may send a file.
    pub manages: bool,
    /// Whether the list starts here.
    pub first: bool,
    /// The address of the next page; `None` on the last. From the rules, the id after which it begins.
    pub next: Option<String>,
    /// What came of the file that was just sent.
    pub report: Option<ImportReport>,
    pub now: Moment,
    pub public_url: String,
}

/// What came of a file of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportReport {
    Stored {
        received: u64,
        created: u64,
        updated: u64,
        unchanged: u64,
        removed: u64,
        /// The first of the rows that were passed over.
        passed_over: Vec<RowProblem>,
        /// How many were, in all.
        passed_over_count: u64,
    },
    /// Nothing was stored, for these reasons.
    Refused {
        reason: String,
        rows: Vec<RowProblem>,
    },
    /// The database did not confirm the file: it may or may not have been stored.
    OutcomeUnknown,
}

/// What is wrong with one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Its place, from 1; `None` for what is wrong with the file as a whole.
    pub row: Option<u64>,
    /// What is wrong where: a field's name, and what to do.
    pub problems: Vec<(String, String)>,
}
