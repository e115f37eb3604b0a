//! Operations on items that integrations call through the API.

use super::{
    Condition, Currency, EntryCode, EntryError, Inventory, ItemDraft, ItemFilter, StoredItem,
};
use crate::authenticator::KeyCaller;
use crate::entry::EntryReason;
use crate::error::Error;
use crate::idempotency::ResponseBuilder;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{Action, DeleteItemOutcome, EditItemOutcome, ItemEdit, PutItemOutcome};
use domain::{AccountId, Failure, ItemMatches, Scope};
use serde_json::json;

/// A page of items, and the position of the next one.
#[derive(Debug, Clone)]
pub struct ItemsPage {
    pub items: Vec<StoredItem>,
    /// The id after which the next page begins; `None` on the last page. A page that is empty
    /// because of a filter can have a next page, too.
    pub next_after: Option<String>,
    /// The id at which the search for this page stopped; `None` if it may continue to the last
    /// item.
    pub searched_to: Option<String>,
}

/// Currency of prices that are sent without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultCurrency {
    pub currency: Currency,
    /// Whether the owner chose it at set-up, or a member has changed the settings, of which it is
    /// one. If not, it is US dollars.
    pub is_chosen: bool,
}

impl DefaultCurrency {
    /// Returns the currency if it was chosen.
    pub fn chosen(self) -> Option<Currency> {
        self.is_chosen.then_some(self.currency)
    }
}

/// The outcome of creating or replacing one item.
#[derive(Debug, Clone)]
pub enum PutOutcome {
    Created(StoredItem),
    Updated(StoredItem),
    Rejected(Vec<EntryError>),
    /// The item does not match the condition of the request; nothing was changed.
    ConditionFailed,
}

/// The outcome of changing some fields of an item.
#[derive(Debug, Clone)]
pub enum EditOutcome {
    Updated(StoredItem),
    Missing,
    Rejected(Vec<EntryError>),
    /// The item does not match the condition of the request; nothing was changed.
    ConditionFailed,
}

impl Inventory {
    /// Changes the fields of one item that the draft sets or clears. If the request has an
    /// idempotency key, its response is committed in the same transaction.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn edit(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        draft: &ItemDraft,
        condition: &Condition,
        response: Option<&ResponseBuilder<StoredItem>>,
    ) -> Result<EditOutcome, Error> {
        caller.require_scope(Scope::InventoryWrite)?;
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
            event.with_response(response.map(|response| response.build(stored)))
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
        Ok(match self.free_space.with_room(edited).await? {
            EditItemOutcome::Updated(stored) => EditOutcome::Updated(*stored),
            EditItemOutcome::Missing => EditOutcome::Missing,
            EditItemOutcome::ConditionFailed => EditOutcome::ConditionFailed,
            EditItemOutcome::Rejected(errors) => EditOutcome::Rejected(errors),
        })
    }

    /// Creates or replaces the item with this id if `condition` holds.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn put(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        mut draft: ItemDraft,
        condition: &Condition,
    ) -> Result<PutOutcome, Error> {
        caller.require_scope(Scope::InventoryWrite)?;
        if id.trim() != id && !id.trim().is_empty() {
            let reason = EntryReason::BlanksAroundId;
            let blanks = EntryError::new("/id", EntryCode::Invalid, reason);
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
        let put = self.free_space.with_room(put).await?;
        Ok(match put {
            PutItemOutcome::Created(stored) => PutOutcome::Created(*stored),
            PutItemOutcome::Updated(stored) => PutOutcome::Updated(*stored),
            PutItemOutcome::ConditionFailed => PutOutcome::ConditionFailed,
        })
    }

    /// Returns the currency of prices that a key sends without one.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn currency_for_key(&self, caller: &KeyCaller) -> Result<Currency, Error> {
        caller.require_scope(Scope::InventoryWrite)?;
        self.default_currency(caller.account_id()).await
    }

    /// Returns the currency of prices that a member sends without one.
    ///
    /// # Errors
    /// Viewers are refused. Also the errors of the database.
    pub async fn currency_for_member(&self, member: &Member) -> Result<DefaultCurrency, Error> {
        member.must_manage_inventory()?;
        Ok(DefaultCurrency {
            currency: self.default_currency(&member.account_id).await?,
            is_chosen: self.store.has_chosen_currency(&member.account_id).await?,
        })
    }

    async fn default_currency(&self, account: &AccountId) -> Result<Currency, Error> {
        let settings = self.store.find_account(account).await?;
        Ok(settings.ok_or(Failure::NotFound)?.currency)
    }

    /// Returns up to `limit` items after the id `after`, in the order of their ids. A filter is
    /// applied to the next [`ItemMatches::SEARCH_LIMIT`] items only.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn list(
        &self,
        caller: &KeyCaller,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ItemsPage, Error> {
        caller.require_scope(Scope::InventoryRead)?;
        self.items_page(caller.account_id(), filter, after, limit)
            .await
    }

    /// Returns one item, or `None` if it does not exist.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn find(&self, caller: &KeyCaller, id: &str) -> Result<Option<StoredItem>, Error> {
        caller.require_scope(Scope::InventoryRead)?;
        Ok(self.store.find_item(caller.account_id(), id).await?)
    }

    /// Removes one item if `condition` holds.
    ///
    /// # Errors
    /// [`Error::Denied`], and the errors of the database.
    pub async fn delete(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &str,
        condition: &Condition,
    ) -> Result<DeleteItemOutcome, Error> {
        caller.require_scope(Scope::InventoryWrite)?;
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

    /// Returns a page of items. With a filter, the page ends after [`ItemMatches::SEARCH_LIMIT`]
    /// items: no index leads to the matches, so the next one may be far away or may not exist.
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
            let end = self
                .store
                .items_end(account, after, ItemMatches::SEARCH_LIMIT);
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
