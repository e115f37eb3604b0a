//! The items of an account for members.

use super::{Inventory, ItemFilter, ItemsPage, StoredItem};
use crate::error::Error;
use crate::sessions::Member;
use domain::{AccountId, Failure, ItemMatches, SearchedItems};

/// Items on one page.
const PAGE_SIZE: u32 = 50;

/// A page of items, with counts.
#[derive(Debug)]
pub struct InventoryList {
    pub page: ItemsPage,
    /// Number of items in the account.
    pub total: u64,
    /// Number of items that match the filter; `None` without a filter.
    pub matches: Option<ItemMatches>,
}

impl Inventory {
    /// Returns one page, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        filter: &ItemFilter,
        after: Option<&str>,
    ) -> Result<InventoryList, Error> {
        let account = &member.account_id;
        let page = self.items_page(account, filter, after, PAGE_SIZE);
        let page = page.await?;
        let total = self.store.number_of_items(account).await?;
        let matches = if filter.is_empty() {
            None
        } else {
            let until = page.searched_to.as_deref();
            let matches = self.count_matches(account, filter, total, after, until);
            Some(matches.await?)
        };
        Ok(InventoryList {
            page,
            total,
            matches,
        })
    }

    /// Returns one item of the member's account, for any role.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the account has no item with this id, and the errors of the
    /// database.
    pub async fn item(&self, member: &Member, id: &str) -> Result<StoredItem, Error> {
        // No item has such an id, and PostgreSQL accepts no text with a NUL character.
        if id.contains(char::is_control) {
            return Err(Failure::NotFound.into());
        }
        let item = self.store.find_item(&member.account_id, id).await?;
        Ok(item.ok_or(Failure::NotFound)?)
    }

    /// Counts the matches after the id `after` up to `until`, which is the range that a page
    /// searches. If one page can search all `total` items, all matches are counted.
    async fn count_matches(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        total: u64,
        after: Option<&str>,
        until: Option<&str>,
    ) -> Result<ItemMatches, Error> {
        let among = match (after, until) {
            _ if total <= u64::from(ItemMatches::SEARCH_LIMIT) => SearchedItems::All,
            (None, _) => SearchedItems::First,
            (Some(_), Some(_)) => SearchedItems::Next,
            (Some(_), None) => SearchedItems::Remaining,
        };
        let (after, until) = match among {
            SearchedItems::All => (None, None),
            _ => (after, until),
        };
        let number = self.store.count_items(account, filter, after, until);
        let number = number.await?;
        Ok(ItemMatches { number, among })
    }
}
