//! Quotas of accounts, and their use.

use crate::fixtures::{Shared, at, item, lead, race};
use crate::rotations::{rotate, rotation};
use crate::team::Colleague;
use crate::tenant::Tenant;
use domain::{Resource, Role};
use service::inventory::{Condition, Item};
use service::store::{
    Action, Actor, AllowedRemovals, AuditEvent, FeedRemovals, KeyRecord, MemberChange,
    OldKeyExpiry, OverQuota, Quotas, RotateKeyOutcome, Store, StoreError, UpsertCounts,
    UpsertOutcome, Usage,
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
    retained: Option<&HashSet<&str>>,
) -> Result<UpsertCounts, StoreError> {
    let event = |_| tenant.event(Action::InventoryUpdated, "inventory", at(9));
    let account = &tenant.account;
    let removals = retained.map(|retained| FeedRemovals {
        retained,
        allowed: AllowedRemovals::Few,
    });
    let stored = store.upsert_items(
        account,
        &Actor::System,
        items,
        removals.into(),
        at(9),
        &event,
    );
    Ok(match stored.await? {
        UpsertOutcome::Stored(counts) => counts,
        refused => panic!("few items are removed: {refused:?}"),
    })
}

async fn add_lead(store: &dyn Store, tenant: &Tenant, name: &str) -> Result<(), StoreError> {
    let lead = lead(name, at(9));
    let event = tenant.event(Action::LeadCreated, lead.id.as_str(), at(9));
    store.insert_lead(&tenant.account, &lead, event).await
}

#[track_caller]
fn assert_over_quota<T: Debug>(result: Result<T, StoreError>, resource: Resource, limit: u64) {
    match result {
        Err(StoreError::OverQuota(over)) => assert_eq!(over, OverQuota { resource, limit }),
        other => panic!("{resource:?}: {other:?}"),
    }
}

case!(account_usage_is_updated_by_every_change);
async fn account_usage_is_updated_by_every_change(store: Shared) {
    let store = &*store;
    let (tenant, other) = Tenant::pair(store).await;
    let owner_only = Usage {
        members: 1,
        ..Usage::default()
    };
    assert_eq!(usage(store, &tenant).await, owner_only);
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
        tenant.add_lead(store, &lead(name, at(1))).await;
    }
    let (first, _) = (
        tenant.issue_key(store, "k1").await,
        tenant.issue_key(store, "k2").await,
    );
    let colleague = Colleague::named("mate");
    colleague
        .create_invitation(store, &tenant, Role::Viewer, at(0))
        .await;
    let full_usage = Usage {
        items: 4,
        item_bytes: bytes(&items),
        leads: 2,
        keys: 2,
        members: 2,
    };
    assert_eq!(usage(store, &tenant).await, full_usage);

    let outcome = tenant
        .replace(store, &items[..2], &["3"], None, at(4))
        .await;
    assert!(matches!(outcome, UpsertOutcome::Stored(counts) if counts.removed == 1));
    assert!(tenant.remove(store, "2").await);
    assert!(tenant.erase(store, &lead("one", at(1)).id, at(5)).await);
    tenant.revoke(store, &first, at(6)).await;
    items.truncate(3);
    items.remove(1);
    let remaining_usage = Usage {
        items: 2,
        item_bytes: bytes(&items),
        leads: 1,
        keys: 1,
        members: 2,
    };
    assert_eq!(usage(store, &tenant).await, remaining_usage);
    // The invitation expires after an hour.
    let later = store.usage(&tenant.account, at(100_000)).await.unwrap();
    assert_eq!(later.members, 1);
    assert_eq!(usage(store, &other).await, owner_only);
}

case!(change_that_exceeds_a_quota_is_refused_entirely);
async fn change_that_exceeds_a_quota_is_refused_entirely(store: Shared) {
    let store = &*store;
    let tenant = Tenant::create(store, "a").await;
    tenant.push(store, &[item("1"), item("2")], at(1)).await;
    add_lead(store, &tenant, "one").await.unwrap();
    let old = tenant.issue_key(store, "k1").await;
    let before = usage(store, &tenant).await;
    let events = tenant.events(store).await;
    store.limit_accounts(Quotas {
        items: Some(2),
        item_bytes: Some(before.item_bytes + 10),
        leads: Some(1),
        keys: Some(1),
        members: Some(1),
    });

    let new_items = [item("3"), item("4")];
    assert_over_quota(
        push(store, &tenant, &new_items, None).await,
        Resource::Items,
        2,
    );
    let event = tenant.event(Action::InventoryUpdated, "3", at(9));
    let three = item("3");
    let put = store.put_item(&tenant.account, &three, &Condition::Always, at(9), event);
    assert_over_quota(put.await, Resource::Items, 2);
    let mut longer = item("1");
    longer.name.push_str("12345678901");
    let limit = before.item_bytes + 10;
    let pushed = push(store, &tenant, &[longer], None).await;
    assert_over_quota(pushed, Resource::ItemBytes, limit);
    assert_over_quota(add_lead(store, &tenant, "two").await, Resource::Leads, 1);
    let key = tenant.key("k2", at(9));
    let event = tenant.event(Action::KeyCreated, key.id.as_str(), at(9));
    assert_over_quota(store.insert_key(key, event).await, Resource::Keys, 1);
    let new_rotation = rotation(&tenant, "new", at(9), OldKeyExpiry::At(at(4_000)));
    let rotated = |old: &KeyRecord, _: &KeyRecord| {
        [Action::KeyRotated, Action::KeyCreated]
            .map(|action| tenant.event(action, old.id.as_str(), at(9)))
    };
    let rotated = store.rotate_key(&tenant.account, &old, new_rotation, &rotated);
    assert_over_quota(rotated.await, Resource::Keys, 1);
    let colleague = Colleague::named("mate");
    let invited = colleague.try_invite(store, &tenant, Role::Viewer, at(9));
    assert_over_quota(invited.await, Resource::Members, 1);
    assert_eq!(usage(store, &tenant).await, before);
    assert_eq!(tenant.events(store).await, events);

    // A full feed that removes as many items as it adds, and a rotation whose old key ends
    // immediately, need no more room.
    let retained = HashSet::from(["3", "4"]);
    let replaced = push(store, &tenant, &new_items, Some(&retained))
        .await
        .unwrap();
    assert_eq!((replaced.created, replaced.removed), (2, 2));
    let rotated = rotate(store, &tenant, &old, "new", at(9), OldKeyExpiry::Now).await;
    assert!(
        matches!(rotated, RotateKeyOutcome::Rotated { .. }),
        "{rotated:?}"
    );
    // Another account has its own quota.
    let other = Tenant::create(store, "b").await;
    add_lead(store, &other, "three").await.unwrap();
}

case!(account_over_its_quota_can_change_and_remove_but_not_add);
async fn account_over_its_quota_can_change_and_remove_but_not_add(store: Shared) {
    let store = &*store;
    let tenant = Tenant::create(store, "a").await;
    let items = ["1", "2", "3", "4"].map(item);
    tenant.push(store, &items, at(1)).await;
    for name in ["one", "two", "three"] {
        add_lead(store, &tenant, name).await.unwrap();
    }
    let keys = [
        tenant.issue_key(store, "k1").await,
        tenant.issue_key(store, "k2").await,
    ];
    let colleague = Colleague::join(store, &tenant, "mate", Role::Admin).await;
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
    assert_over_quota(
        push(store, &tenant, &[item("2")], None).await,
        Resource::Items,
        1,
    );
    assert!(tenant.erase(store, &lead("one", at(9)).id, at(5)).await);
    assert_over_quota(add_lead(store, &tenant, "four").await, Resource::Leads, 1);
    tenant.revoke(store, &keys[0], at(6)).await;
    let rotated = rotate(store, &tenant, &keys[1], "new", at(7), OldKeyExpiry::Now).await;
    assert!(
        matches!(rotated, RotateKeyOutcome::Rotated { .. }),
        "{rotated:?}"
    );
    let change = |change, now| {
        let (tenant, colleague) = (&tenant, &colleague);
        let event = move |_: &service::store::Teammate| -> AuditEvent {
            tenant.event(Action::MemberDeactivated, colleague.id.as_str(), now)
        };
        let (account, id) = (tenant.account.clone(), colleague.id.clone());
        async move {
            store
                .change_member(&account, &id, change, now, &event)
                .await
        }
    };
    change(MemberChange::Deactivate, at(8)).await.unwrap();
    let reactivation = change(MemberChange::Reactivate, at(9)).await;
    assert_over_quota(reactivation, Resource::Members, 1);
}

case!(concurrent_changes_fill_a_quota_exactly);
async fn concurrent_changes_fill_a_quota_exactly(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    store.limit_accounts(Quotas {
        items: Some(3),
        leads: Some(3),
        keys: Some(3),
        members: Some(4),
        ..Quotas::default()
    });
    let outcomes = race(10, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        async move {
            let (store, name) = (&*store, number.to_string());
            let key = tenant.key(&name, at(9));
            let event = tenant.event(Action::KeyCreated, key.id.as_str(), at(9));
            let colleague = Colleague::named(&name);
            [
                push(store, &tenant, &[item(&name)], None).await.is_ok(),
                add_lead(store, &tenant, &name).await.is_ok(),
                store.insert_key(key, event).await.is_ok(),
                colleague
                    .try_invite(store, &tenant, Role::Viewer, at(9))
                    .await
                    .is_ok(),
            ]
        }
    })
    .await;
    for kind in 0..4 {
        let successes = outcomes.iter().filter(|outcome| outcome[kind]).count();
        assert_eq!(successes, 3, "of kind {kind}");
    }
    let usage = usage(&*store, &tenant).await;
    assert_eq!(
        (usage.items, usage.leads, usage.keys, usage.members),
        (3, 3, 3, 4)
    );
}
