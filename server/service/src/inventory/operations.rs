//! The operations of integrations on items.

use super::{Condition, Currency, EntryCode, EntryError, ItemDraft, ItemFilter, StoredItem};
use crate::store::{Action, Edited, ItemEdit, Put, Removal};
use crate::{Client, Error, Keep, KeyCaller, Member, Service};
use domain::{AccountId, Failure, ItemMatches, Scope};
use serde_json::json;

/// A page of items, and the beginning of the next one.
#[derive(Debug, Clone)]
pub struct ItemsPage {
    pub items: Vec<StoredItem>,
    /// The id after which the next page begins; `None` on the last. A page that a filter leaves empty can have one, too.
    pub next_after: Option<String>,
    /// The id at which the search for this page stopped; `None` if it may go on to the last item.
    pub searched_to: Option<String>,
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

/// The outcome of changing some fields of an item.
#[derive(Debug, Clone)]
pub enum EditOutcome {
    Updated(StoredItem),
    Missing,
    Rejected(Vec<EntryError>),
    /// The item is not as the caller believed; nothing was changed.
    ConditionFailed,
}

impl Service {
    /// Changes the fields of one item that the draft sets or clears, and commits with it the answer of a request that is to be
    /// kept.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn edit_item(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        draft: &ItemDraft,
        condition: &Condition,
        keep: Option<&Keep<StoredItem>>,
    ) -> Result<EditOutcome, Error> {
        caller.must(Scope::InventoryWrite)?;
        let now = self.clock.now();
        let currency = self.currency_for_key(caller).await?;
        let change = |stored: &StoredItem| draft.clone().change(&stored.item, currency);
        let event = |stored: &StoredItem| {
            let event = caller.event(
                Some(Scope::InventoryWrite),
                Action::InventoryUpdated,
                id,
                client,
                now,
                json!({ "id": id }),
            );
            event.answering(keep.map(|keep| keep.of(stored)))
        };
        let edit = ItemEdit {
            id,
            sender: &caller.actor(),
            condition,
            now,
            change: &change,
            event: &event,
        };
        let edited = self.store.edit_item(caller.account_id(), edit);
        Ok(match self.with_room(edited).await? {
            Edited::Updated(stored) => EditOutcome::Updated(*stored),
            Edited::Missing => EditOutcome::Missing,
            Edited::ConditionFailed => EditOutcome::ConditionFailed,
            Edited::Rejected(errors) => EditOutcome::Rejected(errors),
        })
    }

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
        if id.trim() != id && !id.trim().is_empty() {
            let detail = "Leave out the blanks around the id in the path.";
            let blanks = EntryError::new("/id", EntryCode::Invalid, detail);
            draft.errors.push(blanks);
        }
        draft.id = Some(id.to_owned());
        let currency = self.currency_for_key(caller).await?;
        let item = match draft.check(currency) {
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

    /// The currency of prices that a caller sends without one.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn currency_for_key(&self, caller: &KeyCaller) -> Result<Currency, Error> {
        caller.must(Scope::InventoryWrite)?;
        self.default_currency(caller.account_id()).await
    }

    /// The currency of prices that a member sends without one.
    ///
    /// # Errors
    /// Refused to viewers; and the database's.
    pub async fn currency_for_member(&self, member: &Member) -> Result<Currency, Error> {
        member.must_manage_inventory()?;
        self.default_currency(&member.account_id).await
    }

    async fn default_currency(&self, account: &AccountId) -> Result<Currency, Error> {
        let settings = self.store.find_account(account).await?;
        Ok(settings.ok_or(Failure::NotFound)?.currency)
    }

    /// Up to `limit` items after the id `after`, in the order of their ids. A filter is applied to the next
    /// [`ItemMatches::SEARCHED`] items only.
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

    /// With a filter, the page ends after [`ItemMatches::SEARCHED`] items, since no index leads to the matches: the next
    /// one may be far away or missing.
    pub(super) async fn items_page(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ItemsPage, Error> {
        let searched_to = if filter.is_empty() {
            None
        } else {
            let end = self.store.items_end(account, after, ItemMatches::SEARCHED);
            end.await?
        };
        let page = self
            .store
            .list_items(account, filter, after, searched_to.as_deref(), limit)
            .await?;
        let last = page.entries.last().filter(|_| page.more);
        let last = last.map(|last| last.item.id.as_str().to_owned());
        Ok(ItemsPage {
            next_after: last.or_else(|| searched_to.clone()),
            searched_to,
            items: page.entries,
        })
    }
}
