//! The inventory as the console lists it.

use crate::quota::grouped;
use crate::{Moment, Resource};
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

/// The items that a count of matches covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchedItems {
    All,
    /// As many as one page searches, from the first item on.
    First,
    /// As many as one page searches, from the beginning of a later page on.
    Next,
    /// All from the beginning of a later page on, which are no more than one page searches.
    Remaining,
}

/// How many items match a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMatches {
    pub number: u64,
    pub among: SearchedItems,
}

impl ItemMatches {
    /// Number of items that one page searches at most. The next page continues the search after them.
    pub const SEARCHED: u32 = 10_000;

    /// In words, in an inventory of `total` items, such as `2 of 60 items` or `No match among the next 10,000 items`.
    pub fn words(self, total: u64) -> String {
        let (number, searched) = (grouped(self.number), grouped(Self::SEARCHED.into()));
        let matches = match self.number {
            0 => "No match".to_owned(),
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

/// One page of the Inventory page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryPage {
    pub items: Vec<ItemRow>,
    /// How many items the account has.
    pub total: u64,
    /// How many items there are, or match what was searched for, in words.
    pub count: String,
    /// Whether the search stopped before this page was full. The next page continues it.
    pub stopped: bool,
    /// What was searched for.
    pub q: String,
    pub account_id: String,
    /// Whether the member may send a file.
    pub manages: bool,
    /// Whether the list starts here.
    pub first: bool,
    /// The address of the next page; `None` on the last. From the rules, the id after which it begins.
    pub next: Option<String>,
    pub now: Moment,
    pub public_url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_matches_name_the_items_that_were_searched() {
        use SearchedItems::{All, First, Next, Remaining};
        for (number, among, words) in [
            (0, All, "0 of 25,000 items"),
            (1_200, All, "1,200 of 25,000 items"),
            (0, First, "No match among the first 10,000 of 25,000 items"),
            (2, First, "2 matches among the first 10,000 of 25,000 items"),
            (1, Next, "1 match among the next 10,000 items"),
            (1_200, Next, "1,200 matches among the next 10,000 items"),
            (0, Remaining, "No match among the remaining items"),
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
