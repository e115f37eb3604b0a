//! The changes of items, as a client follows them.

use crate::fixtures::{Shared, any_item, at, item};
use crate::tenant::Tenant;
use domain::Timestamp;
use service::inventory::{Condition, ItemChanges, ItemState, read_changes};
use service::store::{ItemCursor, ItemFeed, REMOVAL_RETENTION_SECONDS, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A client that keeps a copy of the inventory: the names of the items by their ids.
#[derive(Default)]
struct Replica {
    items: BTreeMap<String, String>,
    cursor: Option<ItemCursor>,
}

impl Replica {
    /// Reads one page and returns its ids, with the time of each removal. Returns `None` if the
    /// place has expired.
    async fn read(
        &mut self,
        store: &dyn Store,
        tenant: &Tenant,
        limit: u32,
    ) -> Option<Vec<(String, Option<Timestamp>)>> {
        let page = page(store, tenant, self.cursor.clone(), limit).await?;
        self.cursor = Some(page.next);
        let changes = page.changes.into_iter().map(|change| match change.state {
            ItemState::Kept(stored) => {
                let id = stored.item.id.as_str().to_owned();
                self.items.insert(id.clone(), stored.item.name);
                (id, None)
            }
            ItemState::Removed(removed) => {
                self.items.remove(&removed.id);
                (removed.id, Some(removed.at))
            }
        });
        Some(changes.collect())
    }

    /// Reads pages until nothing more has changed.
    async fn catch_up(
        &mut self,
        store: &dyn Store,
        tenant: &Tenant,
        limit: u32,
    ) -> Vec<(String, Option<Timestamp>)> {
        let mut all_changes = Vec::new();
        loop {
            let changes = self.read(store, tenant, limit).await.expect("a good place");
            if changes.is_empty() {
                return all_changes;
            }
            assert!(changes.len() <= limit as usize);
            all_changes.extend(changes);
        }
    }
}

async fn page(
    store: &dyn Store,
    tenant: &Tenant,
    after: Option<ItemCursor>,
    limit: u32,
) -> Option<ItemChanges> {
    let page: Result<_, StoreError> = read_changes(store, &tenant.account, after, limit).await;
    page.unwrap()
}

/// Returns the inventory as a list shows it.
async fn listed(store: &dyn Store, tenant: &Tenant) -> BTreeMap<String, String> {
    let filter = any_item();
    let list = store.list_items(&tenant.account, &filter, None, None, 1_000);
    let items = list.await.unwrap().entries.into_iter();
    items
        .map(|stored| (stored.item.id.as_str().to_owned(), stored.item.name))
        .collect()
}

fn ids(changes: &[(String, Option<Timestamp>)]) -> Vec<&str> {
    changes.iter().map(|(id, _)| id.as_str()).collect()
}

case!(each_changed_item_is_listed_once_in_the_order_of_changes);
async fn each_changed_item_is_listed_once_in_the_order_of_changes(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut replica = Replica::default();
    assert_eq!(replica.catch_up(&*store, &tenant, 10).await, []);
    tenant.push(&*store, &[item("2"), item("1")], at(1)).await;
    tenant.push(&*store, &[item("3")], at(1)).await;
    let changes = replica.catch_up(&*store, &tenant, 10).await;
    assert_eq!(ids(&changes), ["1", "2", "3"]);

    // A change moves the item to the end, and none of the others is listed again.
    let mut edited = item("1");
    edited.name = "Another".into();
    tenant
        .put(&*store, &edited, &Condition::Always, at(2))
        .await;
    let cursor = replica.cursor.clone();
    assert_eq!(ids(&replica.catch_up(&*store, &tenant, 10).await), ["1"]);
    let again = page(&*store, &tenant, cursor, 10).await.unwrap();
    assert_eq!(again.changes.len(), 1, "the same place, the same changes");
    let mut other = Replica::default();
    let changes = other.catch_up(&*store, &tenant, 10).await;
    assert_eq!(ids(&changes), ["2", "3", "1"]);
    assert_eq!(other.items, listed(&*store, &tenant).await);

    // A feed that changes nothing takes no number.
    let before = store.item_feed(&tenant.account).await.unwrap();
    tenant.push(&*store, &[item("2"), edited], at(3)).await;
    assert!(!tenant.remove(&*store, "4").await);
    assert_eq!(store.item_feed(&tenant.account).await.unwrap(), before);
    assert_eq!(before.last_change, 3);
}

case!(removed_item_is_listed_as_removed_until_it_is_added_again);
async fn removed_item_is_listed_as_removed_until_it_is_added_again(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut replica = Replica::default();
    let items = ["1", "2", "3", "4"].map(item);
    tenant.push(&*store, &items, at(1)).await;
    replica.catch_up(&*store, &tenant, 10).await;

    assert!(tenant.remove(&*store, "1").await);
    let remaining = [item("2"), item("5")];
    tenant
        .replace(&*store, &remaining, &["4"], None, at(7))
        .await;
    let changes = replica.catch_up(&*store, &tenant, 10).await;
    assert_eq!(ids(&changes), ["1", "3", "5"]);
    assert_eq!(changes[1].1, Some(at(7)));
    assert!(changes[0].1.is_some() && changes[2].1.is_none());
    assert_eq!(replica.items, listed(&*store, &tenant).await);

    // A client that begins without a place holds nothing that could be removed.
    let mut fresh = Replica::default();
    let changes = fresh.catch_up(&*store, &tenant, 10).await;
    assert_eq!(ids(&changes), ["2", "4", "5"]);

    tenant.push(&*store, &[item("3")], at(8)).await;
    tenant
        .put(&*store, &item("1"), &Condition::Absent, at(9))
        .await;
    for replica in [&mut replica, &mut fresh] {
        let changes = replica.catch_up(&*store, &tenant, 10).await;
        assert_eq!(ids(&changes), ["3", "1"]);
        assert!(changes.iter().all(|(_, removed)| removed.is_none()));
        assert_eq!(replica.items, listed(&*store, &tenant).await);
    }
}

case!(changes_of_one_feed_are_read_page_by_page);
async fn changes_of_one_feed_are_read_page_by_page(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let items: Vec<_> = (0..25)
        .map(|number| item(&format!("{number:02}")))
        .collect();
    tenant.push(&*store, &items, at(1)).await;
    let mut replica = Replica::default();
    let first = replica.read(&*store, &tenant, 10).await.unwrap();
    assert_eq!(first.len(), 10);
    // Before the next page, a feed removes items that were already read and others that were not,
    // and adds one. All of its removals have one number.
    let remaining: Vec<_> = items.iter().skip(7).take(11).cloned().collect();
    let remaining = [remaining, vec![item("99")]].concat();
    tenant.replace(&*store, &remaining, &[], None, at(2)).await;
    let rest = replica.catch_up(&*store, &tenant, 3).await;
    assert_eq!(replica.items, listed(&*store, &tenant).await);
    // These are 8 items that were not read yet, 14 removals and the new item.
    assert_eq!(rest.len(), 8 + 14 + 1);
}

case!(place_expires_when_a_removal_after_it_is_forgotten);
async fn place_expires_when_a_removal_after_it_is_forgotten(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let items = ["1", "2", "3"].map(item);
    tenant.push(&*store, &items, at(1)).await;
    let (mut early, mut partial) = (Replica::default(), Replica::default());
    early.catch_up(&*store, &tenant, 10).await;
    partial.read(&*store, &tenant, 1).await.unwrap();
    tenant
        .replace(&*store, &items[..1], &[], None, at(10))
        .await;
    let mut late = Replica::default();
    late.catch_up(&*store, &tenant, 10).await;

    let forget = async |now: Timestamp| {
        let expired = now.plus_seconds(-REMOVAL_RETENTION_SECONDS);
        let mut forgotten = 0;
        loop {
            match store.forget_removed_items(expired, 1).await.unwrap() {
                0 => return forgotten,
                more => forgotten += more,
            }
        }
    };
    let end = at(10).plus_seconds(REMOVAL_RETENTION_SECONDS);
    assert_eq!(forget(end.plus_seconds(-1)).await, 0);
    assert_eq!(forget(end).await, 2);
    let feed = store.item_feed(&tenant.account).await.unwrap();
    assert_eq!(
        feed,
        ItemFeed {
            last_change: 2,
            forgotten: 2
        }
    );
    for expired in [&mut early, &mut partial] {
        assert_eq!(expired.read(&*store, &tenant, 10).await, None);
    }
    // A client that already read the removals can continue, and so can one that begins now.
    assert_eq!(late.catch_up(&*store, &tenant, 10).await, []);
    let mut fresh = Replica::default();
    assert_eq!(ids(&fresh.catch_up(&*store, &tenant, 1).await), ["1"]);
    tenant.push(&*store, &[item("4")], at(11)).await;
    for replica in [&mut late, &mut fresh] {
        assert_eq!(ids(&replica.catch_up(&*store, &tenant, 10).await), ["4"]);
    }
    let future_cursor = Some(ItemCursor::end(100));
    assert!(page(&*store, &tenant, future_cursor, 10).await.is_none());
}

case!(reader_misses_no_change_while_others_change_items);
/// Two writers change, remove and bring back items while a client reads. At no moment may the
/// client's place skip a change, so that the client has the whole inventory in the end.
async fn reader_misses_no_change_while_others_change_items(store: Shared) {
    const ROUNDS: i64 = 40;
    let tenant = Tenant::create(&*store, "a").await;
    let writing = Arc::new(AtomicBool::new(true));
    let pushes = {
        let (store, tenant) = (store.clone(), tenant.clone());
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let items: Vec<_> = (0..12)
                    .map(|number| {
                        let mut item = item(&format!("a{}", (round * 5 + number) % 30));
                        item.name = format!("round {round}");
                        item
                    })
                    .collect();
                if round % 4 == 3 {
                    tenant
                        .replace(&*store, &items, &["b1", "b2", "b3"], None, at(round))
                        .await;
                } else {
                    tenant.push(&*store, &items, at(round)).await;
                }
            }
        })
    };
    let puts = {
        let (store, tenant) = (store.clone(), tenant.clone());
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let mut item = item(&format!("b{}", round % 5));
                item.name = format!("round {round}");
                tenant
                    .put(&*store, &item, &Condition::Always, at(round))
                    .await;
                tenant
                    .remove(&*store, &format!("b{}", (round + 2) % 5))
                    .await;
            }
        })
    };
    let reader = {
        let (store, tenant, writing) = (store.clone(), tenant.clone(), writing.clone());
        tokio::spawn(async move {
            let mut replica = Replica::default();
            while writing.load(Ordering::SeqCst) {
                replica
                    .read(&*store, &tenant, 7)
                    .await
                    .expect("a good place");
            }
            replica.catch_up(&*store, &tenant, 7).await;
            replica.items
        })
    };
    pushes.await.unwrap();
    puts.await.unwrap();
    writing.store(false, Ordering::SeqCst);
    assert_eq!(reader.await.unwrap(), listed(&*store, &tenant).await);
}

case!(item_changes_are_separate_for_each_account);
async fn item_changes_are_separate_for_each_account(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let stranger = Tenant::create(&*store, "b").await;
    tenant.push(&*store, &["1", "2"].map(item), at(1)).await;
    stranger.push(&*store, &[item("1")], at(1)).await;
    assert!(tenant.remove(&*store, "1").await);
    let mut replica = Replica::default();
    assert_eq!(ids(&replica.catch_up(&*store, &stranger, 10).await), ["1"]);
    let before = store.item_feed(&stranger.account).await.unwrap();
    assert_eq!(before.last_change, 1);
    tenant.push(&*store, &[item("3")], at(2)).await;
    assert_eq!(replica.catch_up(&*store, &stranger, 10).await, []);
    assert!(stranger.remove(&*store, "1").await);
    tenant.push(&*store, &[item("1")], at(3)).await;
    assert_eq!(ids(&replica.catch_up(&*store, &stranger, 10).await), ["1"]);
    assert_eq!(replica.items, BTreeMap::new());
}
