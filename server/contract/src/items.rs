//! Full feeds, conditional writes and filters.

use crate::fixtures::{Shared, any_item, at, item, race};
use crate::tenant::Tenant;
use service::inventory::{Condition, ItemFilter, Version};
use service::store::{
    Action, DeleteItemOutcome, LargeRemoval, MAX_REMOVED_ITEMS, PutItemOutcome, Store,
    UpsertCounts, UpsertOutcome,
};
use std::sync::Arc;

/// Allows any removal.
const ANY_REMOVAL: Option<u64> = Some(u64::MAX);

async fn ids(store: &dyn Store, tenant: &Tenant, filter: &ItemFilter) -> Vec<String> {
    let account = &tenant.account;
    let page = store
        .list_items(account, filter, None, None, 100)
        .await
        .unwrap();
    let found = page.entries;
    let count = store
        .count_items(account, filter, None, None)
        .await
        .unwrap();
    assert_eq!(count, found.len() as u64);
    let ids = found
        .iter()
        .map(|stored| stored.item.id.as_str().to_owned());
    ids.collect()
}

case!(full_feed_removes_the_items_that_it_leaves_out);
async fn full_feed_removes_the_items_that_it_leaves_out(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let other = Tenant::create(&*store, "b").await;
    other.push(&*store, &[item("1"), item("9")], at(1)).await;
    let before = [item("1"), item("2"), item("3"), item("4")];
    tenant.push(&*store, &before, at(1)).await;
    let feed = [item("2"), item("5")];
    let replaced = tenant.replace(&*store, &feed, &["4"], None, at(2));
    let counts = UpsertCounts {
        created: 1,
        updated: 0,
        unchanged: 1,
        removed: 2,
    };
    assert_eq!(replaced.await, UpsertOutcome::Stored(counts));
    assert_eq!(ids(&*store, &tenant, &any_item()).await, ["2", "4", "5"]);
    assert_eq!(ids(&*store, &other, &any_item()).await, ["1", "9"]);
    // If there is nothing left to remove, there is nothing to record.
    let events = tenant.events(&*store).await;
    tenant
        .replace(&*store, &[item("2"), item("5")], &["4"], None, at(3))
        .await;
    assert_eq!(tenant.events(&*store).await, events);
}

case!(full_feed_that_would_remove_too_many_items_changes_nothing);
async fn full_feed_that_would_remove_too_many_items_changes_nothing(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let many: Vec<_> = (0..=MAX_REMOVED_ITEMS)
        .map(|number| item(&number.to_string()))
        .collect();
    tenant.push(&*store, &many, at(1)).await;
    let stored = async || {
        let account = &tenant.account;
        store
            .count_items(account, &any_item(), None, None)
            .await
            .unwrap()
    };
    let before = stored().await;
    let events = tenant.events(&*store).await;
    let feed = [item("new")];
    let replaced = tenant.replace(&*store, &feed, &["unknown"], ANY_REMOVAL, at(2));
    assert_eq!(replaced.await, UpsertOutcome::RemovesTooMany);
    assert_eq!(stored().await, before);
    assert_eq!(tenant.events(&*store).await, events);

    let replaced = tenant.replace(&*store, &feed, &["7"], ANY_REMOVAL, at(2));
    let counts = UpsertCounts {
        created: 1,
        removed: MAX_REMOVED_ITEMS as u64,
        ..UpsertCounts::default()
    };
    assert_eq!(replaced.await, UpsertOutcome::Stored(counts));
    assert_eq!(ids(&*store, &tenant, &any_item()).await, ["7", "new"]);
}

case!(full_feed_removes_a_large_part_of_the_items_only_if_allowed);
async fn full_feed_removes_a_large_part_of_the_items_only_if_allowed(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let many: Vec<_> = (0..201).map(|number| item(&number.to_string())).collect();
    tenant.push(&*store, &many, at(1)).await;
    let (half, less) = (&many[..101], &many[..100]);
    let events = tenant.events(&*store).await;
    let large = LargeRemoval {
        removed: 101,
        stored: 201,
    };
    for allowed in [None, Some(0), Some(100)] {
        let replaced = tenant.replace(&*store, less, &[], allowed, at(2)).await;
        assert_eq!(replaced, UpsertOutcome::RemovalNotAllowed(large));
    }
    // New items of the feed do not count as items that were there before.
    let mut renewed = less[..50].to_vec();
    renewed.extend((300..400).map(|number| item(&number.to_string())));
    let replaced = tenant.replace(&*store, &renewed, &[], None, at(2)).await;
    assert!(matches!(replaced, UpsertOutcome::RemovalNotAllowed(_)));
    assert_eq!(tenant.events(&*store).await, events);
    let removed = |removed, unchanged| {
        UpsertOutcome::Stored(UpsertCounts {
            unchanged,
            removed,
            ..UpsertCounts::default()
        })
    };
    let replaced = tenant.replace(&*store, less, &[], Some(101), at(2)).await;
    assert_eq!(replaced, removed(101, 100));
    // A removal of few items is always allowed.
    let replaced = tenant.replace(&*store, &half[..1], &[], None, at(3)).await;
    assert_eq!(replaced, removed(99, 1));
}

case!(item_is_put_or_deleted_only_if_the_condition_holds);
async fn item_is_put_or_deleted_only_if_the_condition_holds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let put = async |condition: &Condition, name: &str, now| {
        let mut entry = item("1");
        entry.name = name.to_owned();
        tenant.put(&*store, &entry, condition, now).await
    };
    let never = Condition::OneOf(vec![Version {
        updated_at: at(1),
        revision: 7,
    }]);
    for condition in [&Condition::Present, &never] {
        assert_eq!(
            put(condition, "one", at(1)).await,
            PutItemOutcome::ConditionFailed
        );
    }
    let PutItemOutcome::Created(first) = put(&Condition::Absent, "one", at(1)).await else {
        panic!("the item was not made");
    };
    assert_eq!(
        put(&Condition::Absent, "x", at(2)).await,
        PutItemOutcome::ConditionFailed
    );
    assert_eq!(
        put(&never, "x", at(2)).await,
        PutItemOutcome::ConditionFailed
    );
    let PutItemOutcome::Updated(same) = put(&Condition::Present, "one", at(2)).await else {
        panic!("the item was not there");
    };
    assert_eq!(same, first, "an equal item is as it was");
    let events = tenant.events(&*store).await;
    let expected = Condition::OneOf(vec![first.version()]);
    let PutItemOutcome::Updated(second) = put(&expected, "two", at(3)).await else {
        panic!("the condition held");
    };
    assert_eq!((second.revision, second.updated_at), (2, at(3)));
    assert_eq!(tenant.events(&*store).await, events + 1);
    assert_eq!(
        put(&expected, "three", at(4)).await,
        PutItemOutcome::ConditionFailed
    );
    let stored = store.find_item(&tenant.account, "1").await.unwrap();
    assert_eq!(stored.as_ref(), Some(&*second));
    assert_eq!(tenant.events(&*store).await, events + 1);

    let remove = async |condition: &Condition| {
        let event = tenant.event(Action::ItemDeleted, "1", at(5));
        let removal = store.delete_item(&tenant.account, "1", condition, event);
        removal.await.unwrap()
    };
    assert_eq!(remove(&expected).await, DeleteItemOutcome::ConditionFailed);
    let now = Condition::OneOf(vec![second.version()]);
    assert_eq!(remove(&now).await, DeleteItemOutcome::Removed);
    assert_eq!(remove(&now).await, DeleteItemOutcome::Missing);
    // An item that was removed and created again has another version, so a condition on the earlier
    // one fails.
    put(&Condition::Absent, "one", at(6)).await;
    assert_eq!(
        put(&expected, "x", at(7)).await,
        PutItemOutcome::ConditionFailed
    );
}

case!(only_one_of_twenty_concurrent_puts_with_the_same_condition_succeeds);
async fn only_one_of_twenty_concurrent_puts_with_the_same_condition_succeeds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let PutItemOutcome::Created(first) = tenant
        .put(&*store, &item("1"), &Condition::Always, at(1))
        .await
    else {
        panic!("the item was not made");
    };
    let condition = Condition::OneOf(vec![first.version()]);
    let tenant = Arc::new(tenant);
    let outcomes = race(20, |number| {
        let mut entry = item("1");
        entry.name = format!("by {number}");
        let (tenant, store, condition) = (tenant.clone(), store.clone(), condition.clone());
        async move { tenant.put(&*store, &entry, &condition, at(2)).await }
    })
    .await;
    let won = outcomes
        .iter()
        .filter(|put| matches!(put, PutItemOutcome::Updated(_)));
    assert_eq!(won.count(), 1);
}

case!(items_are_found_by_attributes_if_the_filter_includes_them);
async fn items_are_found_by_attributes_if_the_filter_includes_them(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let with = |id: &str, name: &str, value: &str| {
        let mut item = item(id);
        item.attributes = [(name.to_owned(), value.to_owned())].into();
        item
    };
    let items = [
        with("1", "Farbe", "Weiß 100%"),
        with("2", "Ausstattung", "Ärmel \"lang\""),
        with("3", "Farbe", "rot"),
    ];
    tenant.push(&*store, &items, at(1)).await;
    let find = async |text: &str| ids(&*store, &tenant, &ItemFilter::search(Some(text))).await;
    for (text, found) in [
        ("weiß", &["1"][..]),
        ("WEI", &["1"]),
        ("0%", &["1"]),
        ("%%", &[]),
        ("Ärmel", &["2"]),
        ("\"LANG", &["2"]),
        ("lang\"}", &[]),
        ("farbe", &["1", "3"]),
        ("Item 3", &["3"]),
        (":", &[]),
        ("\":\"", &[]),
    ] {
        assert_eq!(find(text).await, found, "{text}");
        let filter = ItemFilter::search(Some(text));
        let count = store.count_items(&tenant.account, &filter, None, None);
        assert_eq!(count.await.unwrap(), found.len() as u64, "{text}");
    }
    // The API searches ids and names only.
    let filter = ItemFilter {
        q: Some("farbe".into()),
        ..any_item()
    };
    assert_eq!(ids(&*store, &tenant, &filter).await, [""; 0]);
}

case!(items_are_found_by_category_text_and_time);
async fn items_are_found_by_category_text_and_time(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut octavia = item("SKU-1");
    octavia.name = "ŠKODA Octavia 100%".into();
    octavia.category = Some("Estate".into());
    let mut golf = item("sku_2");
    golf.name = "Golf".into();
    golf.category = None;
    tenant
        .push(&*store, &[octavia, golf, item("3")], at(1))
        .await;
    tenant.push(&*store, &[item("4")], at(5)).await;
    let find = async |filter: ItemFilter| ids(&*store, &tenant, &filter).await;
    let q = |text: &str| ItemFilter {
        q: Some(text.into()),
        ..any_item()
    };
    assert_eq!(find(q("škoda")).await, ["SKU-1"]);
    assert_eq!(find(q("sKu")).await, ["SKU-1", "sku_2"]);
    for (text, found) in [
        ("100%", 1),
        ("%", 1),
        ("_", 1),
        ("!", 0),
        ("'", 0),
        ("\0", 0),
        ("", 4),
    ] {
        assert_eq!(find(q(text)).await.len(), found, "{text:?}");
    }
    let category = |text: &str| ItemFilter {
        category: Some(text.into()),
        ..any_item()
    };
    assert_eq!(find(category("Estate")).await, ["SKU-1"]);
    assert_eq!(find(category("estate")).await.len(), 0);
    // A NUL may occur in an id or a filter of a request, but never in stored text.
    assert_eq!(find(category("Estate\0")).await.len(), 0);
    let nul = store.find_item(&tenant.account, "SKU-1\0").await;
    assert_eq!(nul.unwrap(), None);
    let since = |time| ItemFilter {
        updated_since: Some(time),
        ..any_item()
    };
    assert_eq!(find(since(at(5))).await, ["4"]);
    assert_eq!(find(since(at(1))).await.len(), 4);
    assert_eq!(find(since(at(6))).await.len(), 0);
    let both = ItemFilter {
        q: Some("item".into()),
        updated_since: Some(at(2)),
        ..category("sedan")
    };
    assert_eq!(find(both).await, ["4"]);
}
