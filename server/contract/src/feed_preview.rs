//! Reads for the preview of a feed: which items it would change or leave out.

use crate::fixtures::{Shared, at, item};
use crate::tenant::Tenant;
use service::inventory::{Condition, Item};
use service::store::{
    Action, Actor, AllowedRemovals, FeedBasis, FeedConditions, FeedRemovals, UpsertCounts,
    UpsertOutcome,
};
use std::collections::HashSet;

case!(feed_preview_reads_the_items_of_the_feed_and_those_it_leaves_out);
async fn feed_preview_reads_the_items_of_the_feed_and_those_it_leaves_out(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let other = Tenant::create(&*store, "b").await;
    other.push(&*store, &[item("1"), item("9")], at(1)).await;
    let mut long = item("3");
    long.description = Some("Grüße".to_owned());
    long.attributes
        .insert("Farbe".to_owned(), "\"weiß\"".to_owned());
    let mut bare = item("4");
    bare.category = None;
    bare.url = None;
    bare.attributes.clear();
    let stored = [item("1"), item("2"), long.clone(), bare.clone()];
    tenant.push(&*store, &stored, at(1)).await;

    let account = &tenant.account;
    let mut found: Vec<Item> = store
        .find_items(account, &["3", "1", "9", "unknown"])
        .await
        .unwrap()
        .into_iter()
        .map(|stored| stored.item)
        .collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(found, [item("1"), long.clone()]);

    let retained = HashSet::from(["1", "9"]);
    let removals = store.omitted_items(account, &retained).await.unwrap();
    assert_eq!(removals.ids, ["2", "3", "4"]);
    let bytes = [item("2"), long, bare].iter().map(Item::bytes).sum::<u64>();
    assert_eq!(removals.bytes, bytes);
    let usage = store.usage(account, at(1)).await.unwrap();
    let total_bytes = stored.iter().map(Item::bytes).sum::<u64>();
    assert_eq!(usage.item_bytes, total_bytes, "as quotas count them");
}

case!(confirmed_feed_is_stored_only_if_its_basis_is_unchanged);
async fn confirmed_feed_is_stored_only_if_its_basis_is_unchanged(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let account = &tenant.account;
    // More items than one statement reads.
    let items: Vec<Item> = (0..300).map(|n| item(&format!("{n:03}"))).collect();
    let stored = [&items[..290], &[item("gone")]].concat();
    tenant.push(&*store, &stored, at(1)).await;
    let basis = async || {
        let mut basis = FeedBasis::default();
        for items in items.chunks(100) {
            let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
            for stored in store.find_items(account, &ids).await.unwrap() {
                basis.add(&stored);
            }
        }
        basis.removed.insert("gone".to_owned());
        basis
    };
    let retained = items.iter().map(|item| item.id.as_str()).collect();
    let send = async |basis: &FeedBasis| {
        let terms = FeedConditions {
            removals: Some(FeedRemovals {
                retained: &retained,
                allowed: AllowedRemovals::UpTo(1),
            }),
            basis: Some(basis),
        };
        let event = |_| tenant.event(Action::InventoryUpdated, "inventory", at(9));
        let sender = Actor::System;
        let stored = store.upsert_items(account, &sender, &items, terms, at(9), &event);
        stored.await.unwrap()
    };
    let confirmed = basis().await;

    let mut changed = item("007");
    changed.name = "Changed".into();
    tenant
        .put(&*store, &changed, &Condition::Always, at(2))
        .await;
    assert_eq!(send(&confirmed).await, UpsertOutcome::BasisChanged);
    let confirmed = basis().await;
    // An item with the content of the feed is also a change.
    tenant
        .put(&*store, &item("295"), &Condition::Always, at(3))
        .await;
    assert_eq!(send(&confirmed).await, UpsertOutcome::BasisChanged);
    let confirmed = basis().await;
    let other = FeedBasis {
        removed: ["other".to_owned()].into(),
        ..confirmed.clone()
    };
    let events = tenant.events(&*store).await;
    assert_eq!(send(&other).await, UpsertOutcome::BasisChanged);
    let found = store.find_item(account, "007").await.unwrap().unwrap();
    assert_eq!(found.item.name, "Changed");
    assert_eq!(tenant.events(&*store).await, events);

    // Items that the feed does not touch do not matter, as long as it removes none of them.
    let counts = UpsertCounts {
        created: 9,
        updated: 1,
        unchanged: 290,
        removed: 1,
    };
    assert_eq!(send(&confirmed).await, UpsertOutcome::Stored(counts));
}
