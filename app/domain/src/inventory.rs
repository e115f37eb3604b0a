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

/// One page of the Inventory page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryPage {
    pub items: Vec<ItemRow>,
    /// How many items the account has.
    pub total: u64,
    /// Whether the list starts here.
    pub first: bool,
    /// Names the next page in `?cursor=`; `None` on the last.
    pub next_cursor: Option<String>,
    pub now: Moment,
    pub public_url: String,
}
