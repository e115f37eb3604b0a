//! What integrations, and the console's Inventory page, do with items.

use super::{Condition, EntryError, ItemDraft, ItemFilter, StoredItem};
use crate::store::{Action, Put, Removal};
use crate::view::moment;
use crate::{Client, Error, KeyCaller, Member, Service, Zone};
use domain::{AccountId, InventoryPage, ItemRow, Scope};
use serde_json::json;

/// How many items one page of the console shows.
const CONSOLE_PAGE: u32 = 50;

/// A page of items, with where the next begins.
#[derive(Debug, Clone)]
pub struct ItemsPage {
    pub items: Vec<StoredItem>,
    /// The id after which the next page begins; `None` on the last.
    pub next_after: Option<String>,
}

/// What putting one item came to.
#[derive(Debug, Clone)]
pub enum PutOutcome {
    Created(StoredItem),
    Updated(StoredItem),
    Rejected(Vec<EntryError>),
    /// The item is not as the caller believed; nothing was changed.
    ConditionFailed,
}

impl Service {
    /// Creates or replaces one item under `id`, where `condition` holds.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn put_item(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        mut draft: ItemDraft,
        condition: &Condition,
    ) -> Result<PutOutcome, Error> {
        caller.must(Scope::InventoryWrite)?;
        draft.id = Some(id.to_owned());
        let item = match draft.check() {
            Ok(item) => item,
            Err(errors) => return Ok(PutOutcome::Rejected(errors)),
        };
        let now = self.clock.now();
        let detail = json!({ "id": id });
        let event = caller.event(
            Some(Scope::InventoryWrite),
            Action::InventoryUpdated,
            id,
            client,
            now,
            detail,
        );
        let put = self
            .store
            .put_item(caller.account_id(), &item, condition, now, event);
        let put = self.with_room(put).await?;
        Ok(match put {
            Put::Created(stored) => PutOutcome::Created(*stored),
            Put::Updated(stored) => PutOutcome::Updated(*stored),
            Put::ConditionFailed => PutOutcome::ConditionFailed,
        })
    }

    /// Up to `limit` items after the id `after`, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn list_items(
        &self,
        caller: &KeyCaller,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ItemsPage, Error> {
        caller.must(Scope::InventoryRead)?;
        self.items_page(caller.account_id(), filter, after, limit)
            .await
    }

    /// One item; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn item(&self, caller: &KeyCaller, id: &str) -> Result<Option<StoredItem>, Error> {
        caller.must(Scope::InventoryRead)?;
        Ok(self.store.find_item(caller.account_id(), id).await?)
    }

    /// Removes one item, where `condition` holds.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn delete_item(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        condition: &Condition,
    ) -> Result<Removal, Error> {
        caller.must(Scope::InventoryWrite)?;
        let event = caller.event(
            Some(Scope::InventoryWrite),
            Action::ItemDeleted,
            id,
            client,
            self.clock.now(),
            json!({}),
        );
        Ok(self
            .store
            .delete_item(caller.account_id(), id, condition, event)
            .await?)
    }

    /// One page for the console, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn inventory_page(
        &self,
        member: &Member,
        filter: &ItemFilter,
        after: Option<&str>,
    ) -> Result<InventoryPage, Error> {
        let page = self
            .items_page(&member.account_id, filter, after, CONSOLE_PAGE)
            .await?;
        let zone = &member.time_zone;
        let account = &member.account_id;
        let total = self
            .store
            .count_items(account, &ItemFilter::default())
            .await?;
        let matching = if filter.is_empty() {
            total
        } else {
            self.store.count_items(account, filter).await?
        };
        Ok(InventoryPage {
            items: page.items.into_iter().map(|item| row(item, zone)).collect(),
            total,
            matching,
            q: filter.q.clone().unwrap_or_default(),
            account_id: account.to_string(),
            manages: member.must_manage_inventory().is_ok(),
            first: after.is_none(),
            next: page.next_after,
            report: None,
            now: moment(self.clock.now(), zone),
            public_url: self.public_url.clone(),
        })
    }

    async fn items_page(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ItemsPage, Error> {
        let page = self.store.list_items(account, filter, after, limit).await?;
        let last = page.entries.last().filter(|_| page.more);
        let next_after = last.map(|last| last.item.id.as_str().to_owned());
        let items = page.entries;
        Ok(ItemsPage { items, next_after })
    }
}

fn row(stored: StoredItem, zone: &Zone) -> ItemRow {
    let item = stored.item;
    let currency = stored.currency.code();
    ItemRow {
        id: item.id.as_str().to_owned(),
        name: item.name,
        category: item.category,
        price: item
            .price
            .map(|price| format!("{} {currency}", grouped(&price.to_string()))),
        available: item.available,
        updated: moment(stored.updated_at, zone),
    }
}

/// `1234567.00` as `1,234,567.00`.
fn grouped(amount: &str) -> String {
    let (whole, places) = amount.split_once('.').unwrap_or((amount, "00"));
    let mut out = String::with_capacity(amount.len() + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{places}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        assert_eq!(grouped("0.50"), "0.50");
        assert_eq!(grouped("999.00"), "999.00");
        assert_eq!(grouped("32500.00"), "32,500.00");
        assert_eq!(grouped("9999999999.99"), "9,999,999,999.99");
    }
}
