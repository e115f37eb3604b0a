//! Quotas of accounts, and their use.

use crate::fixtures::{Shared, at, item, lead, race};
use crate::rotations::{rotate, rotation};
use crate::team::Mate;
use crate::tenant::Tenant;
use domain::{Resource, Role};
use service::inventory::{Condition, Item};
use service::store::{
    Action, Actor, AuditEvent, KeyRecord, LeftOut, MemberChange, OldEnds, OverQuota, Quotas,
    Removals, Rotated, Store, StoreError, UpsertCounts, Upserted, Usage,
};
use std::collections::HashSet;
use std::fmt::Debug;

/// Returns the bytes of the items' texts, as the database counts them.
fn bytes(items: &[Item]) -> u64 {
    let of = |item: &Item| {
        let attributes = serde_json::to_string(&item.attributes).unwrap();
        let texts = [
            &item.category,
            &item.description,
            &item.url,
            &item.image_url,
        ];
        let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
        let currency = item.currency.code().len();
        item.id.as_str().len() + item.name.len() + texts + currency + attributes.len()
    };
    items.iter().map(of).sum::<usize>() as u64
}

async fn usage(store: &dyn Store, tenant: &Tenant) -> Usage {
    let usage = store.usage(&tenant.account, at(50)).await.unwrap();
    let items = store.number_of_items(&tenant.account).await.unwrap();
    assert_eq!(items, usage.items);
    usage
}

async fn push(
    store: &dyn Store,
    tenant: &Tenant,
    items: &[Item],
    kept: Option<&HashSet<&str>>,
) -> Result<UpsertCounts, StoreError> {
    let event = |_| tenant.event(Action::InventoryUpdated, "inventory", at(9));
    let account = &tenant.account;
    let left_out = kept.map(|kept| LeftOut {
        kept,
        allowed: Removals::Few,
    });
    let stored = store.upsert_items(
        account,
        &Actor::System,
        items,
        left_out.into(),
        at(9),
        &event,
    );
    Ok(match stored.await? {
        Upserted::Stored(counts) => counts,
        refused => panic!("few items are removed: {refused:?}"),
    })
}

async fn welcome(store: &dyn Store, tenant: &Tenant, name: &str) -> Result<(), StoreError> {
    let lead = lead(name, at(9));
    let event = tenant.event(Action::LeadCreated, lead.id.as_str(), at(9));
    store.insert_lead(&tenant.account, &lead, event).await
}

#[track_caller]
fn is_over<T: Debug>(result: Result<T, StoreError>, resource: Resource, limit: u64) {
    match result {
        Err(StoreError::OverQuota(over)) => assert_eq!(over, OverQuota { resource, limit }),
        other => panic!("{resource:?}: {other:?}"),
    }
}

case!(account_usage_is_updated_by_every_change);
async fn account_usage_is_updated_by_every_change(store: Shared) {
    let store = &*store;
    let (tenant, other) = Tenant::pair(store).await;
    let alone = Usage {
        members: 1,
        ..Usage::default()
    };
    assert_eq!(usage(store, &tenant).await, alone);
    let mut items: Vec<Item> = ["1", "2", "3"].map(item).into();
    tenant.push(store, &items, at(1)).await;
    items[0].description = Some("Käufer ⇄".to_owned());
    items[1].url = None;
    items.push(item("4"));
    tenant.push(store, &items, at(2)).await;
    let always = Condition::Always;
    items[2].name = "Another".into();
    tenant.put(store, &items[2], &always, at(3)).await;
    for name in ["one", "two"] {
        tenant.welcome(store, &lead(name, at(1))).await;
    }
    let (first, _) = (
        tenant.hold(store, "k1").await,
        tenant.hold(store, "k2").await,
    );
    let mate = Mate::named("mate");
    mate.invited(store, &tenant, Role::Viewer, at(0)).await;
    let held = Usage {
        items: 4,
        item_bytes: bytes(&items),
        leads: 2,
        keys: 2,
        members: 2,
    };
    assert_eq!(usage(store, &tenant).await, held);

    let kept = tenant
        .replace(store, &items[..2], &["3"], None, at(4))
        .await;
    assert!(matches!(kept, Upserted::Stored(counts) if counts.removed == 1));
    assert!(tenant.remove(store, "2").await);
    assert!(tenant.erase(store, &lead("one", at(1)).id, at(5)).await);
    tenant.revoke(store, &first, at(6)).await;
    items.truncate(3);
    items.remove(1);
    let left = Usage {
        items: 2,
        item_bytes: bytes(&items),
        leads: 1,
        keys: 1,
        members: 2,
    };
    assert_eq!(usage(store, &tenant).await, left);
    // The invitation expires after an hour.
    let later = store.usage(&tenant.account, at(100_000)).await.unwrap();
    assert_eq!(later.members, 1);
    assert_eq!(usage(store, &other).await, alone);
}

case!(change_that_exceeds_a_quota_is_refused_entirely);
async fn change_that_exceeds_a_quota_is_refused_entirely(store: Shared) {
    let store = &*store;
    let tenant = Tenant::settle(store, "a").await;
    tenant.push(store, &[item("1"), item("2")], at(1)).await;
    welcome(store, &tenant, "one").await.unwrap();
    let old = tenant.hold(store, "k1").await;
    let before = usage(store, &tenant).await;
    let events = tenant.events(store).await;
    store.limit_accounts(Quotas {
        items: Some(2),
        item_bytes: Some(before.item_bytes + 10),
        leads: Some(1),
        keys: Some(1),
        members: Some(1),
    });

    let more = [item("3"), item("4")];
    is_over(push(store, &tenant, &more, None).await, Resource::Items, 2);
    let event = tenant.event(Action::InventoryUpdated, "3", at(9));
    let three = item("3");
    let put = store.put_item(&tenant.account, &three, &Condition::Always, at(9), event);
    is_over(put.await, Resource::Items, 2);
    let mut longer = item("1");
    longer.name.push_str("12345678901");
    let limit = before.item_bytes + 10;
    let pushed = push(store, &tenant, &[longer], None).await;
    is_over(pushed, Resource::ItemBytes, limit);
    is_over(welcome(store, &tenant, "two").await, Resource::Leads, 1);
    let key = tenant.key("k2", at(9));
    let event = tenant.event(Action::KeyCreated, key.id.as_str(), at(9));
    is_over(store.insert_key(key, event).await, Resource::Keys, 1);
    let ends = rotation(&tenant, "new", at(9), OldEnds::At(at(4_000)));
    let rotated = |old: &KeyRecord, _: &KeyRecord| {
        [Action::KeyRotated, Action::KeyCreated]
            .map(|action| tenant.event(action, old.id.as_str(), at(9)))
    };
    let rotated = store.rotate_key(&tenant.account, &old, ends, &rotated);
    is_over(rotated.await, Resource::Keys, 1);
    let mate = Mate::named("mate");
    let invited = mate.try_invite(store, &tenant, Role::Viewer, at(9));
    is_over(invited.await, Resource::Members, 1);
    assert_eq!(usage(store, &tenant).await, before);
    assert_eq!(tenant.events(store).await, events);

    // A full feed that removes as many items as it adds, and a rotation whose old key ends at once,
    // need no more room.
    let kept = HashSet::from(["3", "4"]);
    let replaced = push(store, &tenant, &more, Some(&kept)).await.unwrap();
    assert_eq!((replaced.created, replaced.removed), (2, 2));
    let rotated = rotate(store, &tenant, &old, "new", at(9), OldEnds::Now).await;
    assert!(matches!(rotated, Rotated::Rotated { .. }), "{rotated:?}");
    // Another account has its own quota.
    let other = Tenant::settle(store, "b").await;
    welcome(store, &other, "three").await.unwrap();
}

case!(account_over_its_quota_can_change_and_remove_but_not_add);
async fn account_over_its_quota_can_change_and_remove_but_not_add(store: Shared) {
    let store = &*store;
    let tenant = Tenant::settle(store, "a").await;
    let items = ["1", "2", "3", "4"].map(item);
    tenant.push(store, &items, at(1)).await;
    for name in ["one", "two", "three"] {
        welcome(store, &tenant, name).await.unwrap();
    }
    let keys = [
        tenant.hold(store, "k1").await,
        tenant.hold(store, "k2").await,
    ];
    let mate = Mate::join(store, &tenant, "mate", Role::Admin).await;
    store.limit_accounts(Quotas {
        items: Some(1),
        item_bytes: Some(1),
        leads: Some(1),
        keys: Some(1),
        members: Some(1),
    });
    let mut shorter = item("1");
    shorter.category = None;
    push(store, &tenant, &[shorter], None).await.unwrap();
    assert!(tenant.remove(store, "2").await);
    is_over(
        push(store, &tenant, &[item("2")], None).await,
        Resource::Items,
        1,
    );
    assert!(tenant.erase(store, &lead("one", at(9)).id, at(5)).await);
    is_over(welcome(store, &tenant, "four").await, Resource::Leads, 1);
    tenant.revoke(store, &keys[0], at(6)).await;
    let rotated = rotate(store, &tenant, &keys[1], "new", at(7), OldEnds::Now).await;
    assert!(matches!(rotated, Rotated::Rotated { .. }), "{rotated:?}");
    let change = |change, now| {
        let (tenant, mate) = (&tenant, &mate);
        let event = move |_: &service::store::Teammate| -> AuditEvent {
            tenant.event(Action::MemberDeactivated, mate.id.as_str(), now)
        };
        let (account, id) = (tenant.account.clone(), mate.id.clone());
        async move {
            store
                .change_member(&account, &id, change, now, &event)
                .await
        }
    };
    change(MemberChange::Deactivate, at(8)).await.unwrap();
    let back = change(MemberChange::Reactivate, at(9)).await;
    is_over(back, Resource::Members, 1);
}

case!(concurrent_changes_fill_a_quota_exactly);
async fn concurrent_changes_fill_a_quota_exactly(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    store.limit_accounts(Quotas {
        items: Some(3),
        leads: Some(3),
        keys: Some(3),
        members: Some(4),
        ..Quotas::default()
    });
    let made = race(10, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        async move {
            let (store, name) = (&*store, number.to_string());
            let key = tenant.key(&name, at(9));
            let event = tenant.event(Action::KeyCreated, key.id.as_str(), at(9));
            let mate = Mate::named(&name);
            [
                push(store, &tenant, &[item(&name)], None).await.is_ok(),
                welcome(store, &tenant, &name).await.is_ok(),
                store.insert_key(key, event).await.is_ok(),
                mate.try_invite(store, &tenant, Role::Viewer, at(9))
                    .await
                    .is_ok(),
            ]
        }
    })
    .await;
    for kind in 0..4 {
        let made = made.iter().filter(|made| made[kind]).count();
        assert_eq!(made, 3, "of kind {kind}");
    }
    let usage = usage(&*store, &tenant).await;
    assert_eq!(
        (usage.items, usage.leads, usage.keys, usage.members),
        (3, 3, 3, 4)
    );
}
