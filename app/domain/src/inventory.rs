//! The console's list of inventory items, and the page of one item.

use crate::quota::group_thousands;
use crate::{DisplayTime, Resource};
use serde::{Deserialize, Serialize};

/// Data of the page of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPage {
    pub id: String,
    pub name: String,
    pub category: Option<String>,
    /// Price with its currency, such as `32,500.00 USD`.
    pub price: Option<String>,
    pub available: bool,
    pub description: Option<String>,
    pub url: Option<String>,
    pub image_url: Option<String>,
    /// Name and value of each attribute, in the order of the names.
    pub attributes: Vec<(String, String)>,
    /// When the item was last changed, or added if it was never changed.
    pub updated: DisplayTime,
    pub was_changed: bool,
    pub now: DisplayTime,
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Address of the item's page.
    pub path: String,
    /// The seller's own identifier of the item.
    pub id: String,
    pub name: String,
    /// The attributes that the search found, or the first ones, such as `Brand: VW · Model: Golf`.
    /// Empty if the item has none.
    pub attributes: String,
    pub category: Option<String>,
    /// Price with its currency, such as `32,500.00 USD`.
    pub price: Option<String>,
    pub available: bool,
    pub updated: DisplayTime,
}

/// Query of the Inventory page, from the page's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InventoryQuery {
    /// Cursor at which the page begins, as in [`InventoryPage::next`].
    pub cursor: Option<String>,
    /// Search text: a part of an id, a name or an attribute.
    pub q: Option<String>,
}

/// The items among which matches were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchedItems {
    All,
    /// The first items of the inventory, at most [`ItemMatches::SEARCH_LIMIT`].
    First,
    /// The next [`ItemMatches::SEARCH_LIMIT`] items from the beginning of a later page.
    Next,
    /// All items from the beginning of a later page, at most [`ItemMatches::SEARCH_LIMIT`].
    Remaining,
}

/// Number of items that match a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMatches {
    pub number: u64,
    pub among: SearchedItems,
}

impl ItemMatches {
    /// Maximum number of items that one page searches. The next page continues the search after
    /// them.
    pub const SEARCH_LIMIT: u32 = 10_000;

    /// The count in words, for an inventory of `total` items, such as `2 of 60 items` or
    /// `No match among the next 10,000 items`.
    ///
    /// # Examples
    /// ```
    /// use domain::{ItemMatches, SearchedItems};
    /// let matches = ItemMatches { number: 2, among: SearchedItems::All };
    /// assert_eq!(matches.words(60), "2 of 60 items");
    /// ```
    pub fn words(self, total: u64) -> String {
        let (number, searched) = (
            group_thousands(self.number),
            group_thousands(Self::SEARCH_LIMIT.into()),
        );
        let matches = match self.number {
            0 => "No matches".to_owned(),
            1 => "1 match".to_owned(),
            _ => format!("{number} matches"),
        };
        match self.among {
            SearchedItems::All => format!("{number} of {}", Resource::Items.amount(total)),
            SearchedItems::First => {
                format!(
                    "{matches} among the first {searched} of {}",
                    Resource::Items.amount(total)
                )
            }
            SearchedItems::Next => format!("{matches} among the next {searched} items"),
            SearchedItems::Remaining => format!("{matches} among the remaining items"),
        }
    }
}

/// One page of the Inventory list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryPage {
    pub items: Vec<ItemRow>,
    /// Number of items in the account.
    pub total: u64,
    /// Number of items, or of items that match the search, in words.
    pub count: String,
    /// The search stopped before this page was full. The next page continues it.
    pub stopped: bool,
    /// The search text.
    pub q: String,
    /// Why the search text was refused. The list is unfiltered then.
    pub refused: Option<String>,
    pub account_id: String,
    /// The member may upload a file.
    pub may_manage: bool,
    /// This is the first page of the list.
    pub first: bool,
    /// Address of the next page; `None` on the last page.
    pub next: Option<String>,
    pub now: DisplayTime,
    pub public_url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn match_count_names_the_items_that_were_searched() {
        use SearchedItems::{All, First, Next, Remaining};
        for (number, among, words) in [
            (0, All, "0 of 25,000 items"),
            (1_200, All, "1,200 of 25,000 items"),
            (
                0,
                First,
                "No matches among the first 10,000 of 25,000 items",
            ),
            (2, First, "2 matches among the first 10,000 of 25,000 items"),
            (1, Next, "1 match among the next 10,000 items"),
            (1_200, Next, "1,200 matches among the next 10,000 items"),
            (0, Remaining, "No matches among the remaining items"),
        ] {
            assert_eq!(ItemMatches { number, among }.words(25_000), words);
        }
        let one = ItemMatches {
            number: 1,
            among: All,
        };
        assert_eq!(one.words(1), "1 of 1 item");
    }
}
