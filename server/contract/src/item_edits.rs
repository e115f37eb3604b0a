//! Changes of stored items that depend on their state before.

use crate::fixtures::{Shared, at, item};
use crate::tenant::Tenant;
use service::entry::{EntryCode, EntryError};
use service::inventory::{Condition, Item, StoredItem};
use service::store::{
    Action, Actor, AuditEvent, EditItemOutcome, ItemChanger, ItemEdit, ItemUpdates, Store,
    StoreError, UpsertCounts, UpsertOutcome,
};

async fn edit(
    store: &dyn Store,
    tenant: &Tenant,
    id: &str,
    condition: &Condition,
    change: &ItemChanger<'_>,
) -> EditItemOutcome {
    let event = |_: &StoredItem| tenant.event(Action::InventoryUpdated, id, at(9));
    let edit = ItemEdit {
        id,
        sender: &Actor::System,
        condition,
        now: at(9),
        change,
        event: &event,
    };
    store.edit_item(&tenant.account, edit).await.unwrap()
}

fn renamed(stored: &StoredItem) -> Item {
    let mut item = stored.item.clone();
    item.name = "Renamed".into();
    item
}

case!(item_edit_applies_to_the_stored_item_if_its_condition_holds);
async fn item_edit_applies_to_the_stored_item_if_its_condition_holds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    tenant.push(&*store, &[item("1"), item("2")], at(1)).await;
    let events = tenant.events(&*store).await;
    let any = Condition::Always;
    assert_eq!(
        edit(&*store, &tenant, "3", &any, &|stored: &StoredItem| Ok(
            renamed(stored)
        ))
        .await,
        EditItemOutcome::Missing
    );
    let errors = vec![EntryError::new(
        "/name",
        EntryCode::Required,
        "Give a name.",
    )];
    let refuse = {
        let errors = errors.clone();
        move |_: &StoredItem| Err(errors.clone())
    };
    let refused = edit(&*store, &tenant, "1", &any, &refuse).await;
    assert_eq!(refused, EditItemOutcome::Rejected(errors));
    let unchanged = |stored: &StoredItem| Ok(stored.item.clone());
    let EditItemOutcome::Updated(same) = edit(&*store, &tenant, "1", &any, &unchanged).await else {
        panic!("the item is there")
    };
    assert_eq!((same.revision, same.updated_at), (1, at(1)));
    assert_eq!(tenant.events(&*store).await, events);

    let seen = Condition::OneOf(vec![same.version()]);
    let EditItemOutcome::Updated(changed) =
        edit(&*store, &tenant, "1", &seen, &|stored: &StoredItem| {
            Ok(renamed(stored))
        })
        .await
    else {
        panic!("the item is as it was seen")
    };
    let found = store.find_item(&tenant.account, "1").await.unwrap();
    assert_eq!(found.as_ref(), Some(&*changed));
    assert_eq!(
        (changed.revision, changed.item.name.as_str()),
        (2, "Renamed")
    );
    let late = edit(&*store, &tenant, "1", &seen, &|stored: &StoredItem| {
        Ok(renamed(stored))
    })
    .await;
    assert_eq!(late, EditItemOutcome::ConditionFailed);
    assert_eq!(tenant.events(&*store).await, events + 1);
    let feed = store.item_feed(&tenant.account).await.unwrap();
    assert_eq!(feed.last_change, 2);
}

/// Renames the items whose ids do not end with 7, and notes those that are not there.
struct Renames<'a> {
    tenant: &'a Tenant,
    ids: &'a [String],
    missing: Vec<String>,
    accepts: bool,
}

impl ItemUpdates for Renames<'_> {
    fn change(&mut self, place: usize, stored: Option<&StoredItem>) -> Option<Item> {
        let id = &self.ids[place];
        let Some(stored) = stored else {
            self.missing.push(id.clone());
            return None;
        };
        assert_eq!(stored.item.id.as_str(), id);
        (!id.ends_with('7')).then(|| renamed(stored))
    }

    fn event(&mut self, _: UpsertCounts) -> Option<AuditEvent> {
        let event = self
            .tenant
            .event(Action::InventoryUpdated, "inventory", at(5));
        self.accepts.then_some(event)
    }
}

async fn rename(
    store: &dyn Store,
    tenant: &Tenant,
    ids: &[String],
    accepts: bool,
) -> (Result<UpsertOutcome, StoreError>, Vec<String>) {
    let mut renames = Renames {
        tenant,
        ids,
        missing: Vec::new(),
        accepts,
    };
    let done = store.update_items(&tenant.account, &Actor::System, ids, &mut renames, at(5));
    let done = done.await;
    (done, renames.missing)
}

case!(bulk_item_update_changes_all_items_or_none);
async fn bulk_item_update_changes_all_items_or_none(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let stranger = Tenant::create(&*store, "b").await;
    stranger.push(&*store, &[item("900")], at(1)).await;
    let items: Vec<_> = (0..600)
        .map(|number| item(&format!("{number:03}")))
        .collect();
    tenant.push(&*store, &items, at(1)).await;
    let events = tenant.events(&*store).await;
    let ids: Vec<_> = (0..1_000).map(|number| format!("{number:03}")).collect();

    let (refused, missing) = rename(&*store, &tenant, &ids, false).await;
    assert_eq!(refused.unwrap(), UpsertOutcome::Refused);
    assert_eq!(missing, ids[600..]);
    let first = store.find_item(&tenant.account, "000").await.unwrap();
    assert_eq!(first.unwrap().item, items[0]);
    assert_eq!(tenant.events(&*store).await, events);

    let (done, _) = rename(&*store, &tenant, &ids, true).await;
    let counts = UpsertCounts {
        updated: 540,
        ..UpsertCounts::default()
    };
    assert_eq!(done.unwrap(), UpsertOutcome::Stored(counts));
    let changed = store
        .find_item(&tenant.account, "599")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changed.updated_at, changed.revision), (at(5), 2));
    let skipped = store.find_item(&tenant.account, "597").await.unwrap();
    assert_eq!(skipped.unwrap().revision, 1);
    assert_eq!(store.find_item(&tenant.account, "900").await.unwrap(), None);
    assert_eq!(tenant.events(&*store).await, events + 1);
    let feed = store.item_feed(&tenant.account).await.unwrap();
    assert_eq!(feed.last_change, 2);

    let (again, _) = rename(&*store, &tenant, &ids, true).await;
    let counts = UpsertCounts {
        unchanged: 540,
        ..UpsertCounts::default()
    };
    assert_eq!(again.unwrap(), UpsertOutcome::Stored(counts));
    assert_eq!(tenant.events(&*store).await, events + 1);
    let stranger_item = store.find_item(&stranger.account, "900").await.unwrap();
    assert_eq!(stranger_item.unwrap().item, item("900"));
}
