//! What integrations, and the console's Inventory page, do with items.

use super::{Currency, EntryCode, EntryError, Item, ItemDraft, StoredItem};
use crate::store::{Action, UpsertCounts};
use crate::view::moment;
use crate::{Client, Error, KeyCaller, Member, Service, Zone};
use domain::{AccountId, Failure, InventoryPage, ItemRow, Scope};
use serde_json::json;
use std::collections::HashMap;

/// How many items one page of the console shows.
const CONSOLE_PAGE: u32 = 50;

/// A page of items, with where the next begins.
#[derive(Debug, Clone)]
pub struct ItemsPage {
    pub items: Vec<StoredItem>,
    /// The id after which the next page begins; `None` on the last.
    pub next_after: Option<String>,
}

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpsertReport {
    Stored {
        received: usize,
        counts: UpsertCounts,
    },
    /// Something is wrong, so nothing was stored; pointers are from the list of items on, such as `/3/price`.
    Rejected(Vec<EntryError>),
}

/// What putting one item came to.
#[derive(Debug, Clone)]
pub enum PutOutcome {
    Created(StoredItem),
    Updated(StoredItem),
    Rejected(Vec<EntryError>),
}

/// One item, as found.
pub type FullItem = StoredItem;

impl Service {
    /// Creates or replaces items, all or none.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn push_items(
        &self,
        caller: &KeyCaller,
        client: &Client,
        drafts: Vec<ItemDraft>,
    ) -> Result<UpsertReport, Error> {
        caller.must(Scope::InventoryWrite)?;
        let received = drafts.len();
        let items = match check_feed(drafts) {
            Ok(items) => items,
            Err(errors) => return Ok(UpsertReport::Rejected(errors)),
        };
        let now = self.clock.now();
        let event = |counts: UpsertCounts| {
            let detail = json!({
                "received": received, "created": counts.created, "updated": counts.updated,
                "unchanged": counts.unchanged,
            });
            caller.event(Action::InventoryUpdated, "inventory", client, now, detail)
        };
        let counts = self
            .store
            .upsert_items(&caller.account_id, &items, now, &event)
            .await?;
        Ok(UpsertReport::Stored { received, counts })
    }

    /// Creates or replaces one item under `id`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn put_item(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        mut draft: ItemDraft,
    ) -> Result<PutOutcome, Error> {
        caller.must(Scope::InventoryWrite)?;
        draft.id = Some(id.to_owned());
        let item = match draft.check() {
            Ok(item) => item,
            Err(errors) => return Ok(PutOutcome::Rejected(errors)),
        };
        let now = self.clock.now();
        let event = |counts: UpsertCounts| {
            let detail = json!({ "created": counts.created, "updated": counts.updated });
            caller.event(Action::InventoryUpdated, id, client, now, detail)
        };
        let items = std::slice::from_ref(&item);
        let counts = self
            .store
            .upsert_items(&caller.account_id, items, now, &event)
            .await?;
        let stored = self.store.find_item(&caller.account_id, id).await?;
        // Gone again already: what was asked for was done all the same.
        let stored = match stored {
            Some(stored) => stored,
            None => StoredItem {
                currency: match item.currency {
                    Some(currency) => currency,
                    None => self.account_currency(caller).await?,
                },
                item,
                updated_at: now,
            },
        };
        Ok(if counts.created > 0 {
            PutOutcome::Created(stored)
        } else {
            PutOutcome::Updated(stored)
        })
    }

    /// Up to `limit` items after the id `after`, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn list_items(
        &self,
        caller: &KeyCaller,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ItemsPage, Error> {
        caller.must(Scope::InventoryRead)?;
        self.items_page(&caller.account_id, after, limit).await
    }

    /// One item; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn item(&self, caller: &KeyCaller, id: &str) -> Result<Option<FullItem>, Error> {
        caller.must(Scope::InventoryRead)?;
        Ok(self.store.find_item(&caller.account_id, id).await?)
    }

    /// Removes one item; `false` where there was none.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn delete_item(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
    ) -> Result<bool, Error> {
        caller.must(Scope::InventoryWrite)?;
        let event = caller.event(Action::ItemDeleted, id, client, self.clock.now(), json!({}));
        Ok(self
            .store
            .delete_item(&caller.account_id, id, event)
            .await?)
    }

    /// One page for the console, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn inventory_page(
        &self,
        member: &Member,
        after: Option<&str>,
    ) -> Result<InventoryPage, Error> {
        let page = self
            .items_page(&member.account_id, after, CONSOLE_PAGE)
            .await?;
        let zone = &member.time_zone;
        let total = self.store.count_items(&member.account_id).await?;
        Ok(InventoryPage {
            items: page.items.into_iter().map(|item| row(item, zone)).collect(),
            total,
            first: after.is_none(),
            next_cursor: page.next_after,
            now: moment(self.clock.now(), zone),
            public_url: self.public_url.clone(),
        })
    }

    async fn account_currency(&self, caller: &KeyCaller) -> Result<Currency, Error> {
        let account = self.store.find_account(&caller.account_id).await?;
        Ok(account.ok_or(Failure::NotFound)?.currency)
    }

    async fn items_page(
        &self,
        account: &AccountId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ItemsPage, Error> {
        // One more than asked for tells whether a next page exists.
        let mut items = self
            .store
            .list_items(account, after, limit.saturating_add(1))
            .await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_after = items
            .last()
            .filter(|_| more)
            .map(|last| last.item.id.as_str().to_owned());
        Ok(ItemsPage { items, next_after })
    }
}

/// All items of a feed, or what is wrong with them; pointers are from the list on, such as `/3/price`.
///
/// # Errors
/// Everything that is wrong, up to 100 entries.
pub fn check_feed(drafts: Vec<ItemDraft>) -> Result<Vec<Item>, Vec<EntryError>> {
    /// Enough to mend a feed by; a list without end helps nobody.
    const MAX_ERRORS: usize = 100;
    let mut items: Vec<Item> = Vec::with_capacity(drafts.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut errors = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        let parent = format!("/{index}");
        if let Some(id) = &draft.id
            && let Some(first) = seen.insert(id.clone(), index)
        {
            let detail = format!("This id stands at item {first} already. Send each id once.");
            errors.push(EntryError::new("/id", EntryCode::Duplicate, detail).under(&parent));
        }
        match draft.check() {
            Ok(item) => items.push(item),
            Err(found) => errors.extend(found.into_iter().map(|error| error.under(&parent))),
        }
        if errors.len() >= MAX_ERRORS {
            break;
        }
    }
    errors.truncate(MAX_ERRORS);
    if errors.is_empty() {
        Ok(items)
    } else {
        Err(errors)
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

    #[test]
    fn an_id_twice_in_one_feed_is_an_error_at_the_second() {
        let draft = |id: &str| ItemDraft {
            id: Some(id.into()),
            name: Some("n".into()),
            ..ItemDraft::default()
        };
        let errors = check_feed(vec![draft("a"), draft("b"), draft("a")]).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (errors[0].pointer.as_str(), errors[0].code),
            ("/2/id", EntryCode::Duplicate)
        );
    }
}
