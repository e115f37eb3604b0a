//! The console's Inventory page.

use super::{Inventory, ItemFilter, StoredItem};
use crate::error::Error;
use crate::sessions::Member;
use crate::view::moment;
use crate::zone::Zone;
use domain::{AccountId, InventoryPage, ItemMatches, ItemRow, Resource, SearchedItems};

/// Items on one page.
const PAGE: u32 = 50;

impl Inventory {
    /// Returns one page for the console, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        filter: &ItemFilter,
        after: Option<&str>,
    ) -> Result<InventoryPage, Error> {
        let zone = &member.time_zone;
        let account = &member.account_id;
        let page = self.items_page(account, filter, after, PAGE);
        let page = page.await?;
        let total = self.store.number_of_items(account).await?;
        let until = page.searched_to;
        let count = if filter.is_empty() {
            Resource::Items.amount(total)
        } else {
            let matches = self.count_matches(account, filter, total, after, until.as_deref());
            matches.await?.words(total)
        };
        Ok(InventoryPage {
            items: page.items.into_iter().map(|item| row(item, zone)).collect(),
            total,
            count,
            stopped: page.next_after.is_some() && page.next_after == until,
            q: filter.q.clone().unwrap_or_default(),
            account_id: account.to_string(),
            manages: member.must_manage_inventory().is_ok(),
            first: after.is_none(),
            next: page.next_after,
            now: moment(self.clock.now(), zone),
            public_url: self.public_url.clone(),
        })
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
            _ if total <= u64::from(ItemMatches::SEARCHED) => SearchedItems::All,
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

fn row(stored: StoredItem, zone: &Zone) -> ItemRow {
    let item = stored.item;
    let currency = item.currency.code();
    let decimals = item.currency.decimals() as usize;
    ItemRow {
        id: item.id.as_str().to_owned(),
        name: item.name,
        category: item.category,
        price: item
            .price
            .map(|price| format!("{} {currency}", grouped(&price.with_places(decimals)))),
        available: item.available,
        updated: moment(stored.updated_at, zone),
    }
}

/// Writes `1234567.00` as `1,234,567.00`.
fn grouped(amount: &str) -> String {
    let (whole, places) = amount.split_at(amount.find('.').unwrap_or(amount.len()));
    let mut out = String::with_capacity(amount.len() + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        assert_eq!(grouped("0.50"), "0.50");
        assert_eq!(grouped("999.00"), "999.00");
        assert_eq!(grouped("1200"), "1,200");
        assert_eq!(grouped("1234.567"), "1,234.567");
        assert_eq!(grouped("32500.00"), "32,500.00");
        assert_eq!(grouped("9999999999.99"), "9,999,999,999.99");
    }
}
