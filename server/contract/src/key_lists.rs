//! Searching and ordering keys.

use crate::fixtures::{Shared, at, key_use};
use crate::key_changes::change;
use crate::tenant::Tenant;
use domain::{KeyName, KeyOrder, KeySort, KeyStatus, Scope, ScopeSet, Timestamp};
use service::store::{
    KeyChange, KeyFilter, KeyRecord, KeySearchCount, KeySearchPage, KeySearchText, Store, folded,
    status_rank, words,
};
use std::cmp::Ordering;

const NOW: Timestamp = at(1_000);

/// Creates keys of every status, used and unused, with names that differ only by case and with
/// equal times of creation.
async fn create_keys(store: &dyn Store) -> Tenant {
    let tenant = Tenant::create(store, "a").await;
    for (number, name) in [
        "crm Sync",
        "CRM sync",
        "Händler",
        "HÄNDLER 2",
        "Zebra",
        "apple",
        "100% _x!",
        "Old",
        "Older",
        "Gone",
        "Gone too",
    ]
    .into_iter()
    .enumerate()
    {
        let mut key = tenant.key(&number.to_string(), at(i64::try_from(number / 2).unwrap()));
        key.name = KeyName::parse(name).unwrap();
        key.preview = format!(
            "vx_{}bcde{number:02}…",
            if number % 2 == 0 { 'A' } else { 'a' }
        )[..9]
            .to_owned()
            + "…";
        key.expires_at = match name {
            "Old" | "Older" => Some(at(500)),
            "Zebra" => Some(at(5_000)),
            _ => None,
        };
        if name.starts_with('H') {
            key.scopes = ScopeSet::parse("leads:read").unwrap();
        }
        let id = key.id.clone();
        tenant.issue(store, key).await;
        if name.starts_with("Gone") {
            tenant.revoke(store, &id, at(50)).await;
        }
        if number % 3 == 0 {
            let used_at = at(i64::try_from(100 + number % 2).unwrap());
            store
                .record_uses(&[(id.clone(), key_use(used_at, "x"))], &[])
                .await
                .unwrap();
        }
        if name == "apple" {
            change(store, &tenant, &id, &KeyChange::Pause, at(60)).await;
        }
    }
    store.note_expired(&tenant.account, NOW).await.unwrap();
    tenant
}

pub(crate) async fn all(
    store: &dyn Store,
    tenant: &Tenant,
    filter: &KeyFilter,
    order: KeyOrder,
    page: u32,
) -> Vec<KeyRecord> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let KeySearchPage {
            keys,
            mut cursors,
            stopped,
        } = store
            .find_keys(&tenant.account, filter, order, after.as_ref(), page)
            .await
            .unwrap();
        assert_eq!(cursors.len(), keys.len());
        found.extend(keys);
        after = stopped.or(cursors.pop());
        if after.is_none() {
            return found;
        }
    }
}

/// Compares keys by the order of a list, if the expired ones among them are marked as expired.
pub(crate) fn by_cursor(order: KeyOrder) -> impl Fn(&KeyRecord, &KeyRecord) -> Ordering {
    let descending = matches!(
        order.sort,
        KeySort::UsableFirst | KeySort::Created | KeySort::LastUsed | KeySort::Status
    ) != order.reversed;
    let place = move |key: &KeyRecord| {
        let status = key.status(NOW);
        let number = match order.sort {
            KeySort::UsableFirst => i64::from(status.is_live()),
            KeySort::Status => status_rank(status),
            KeySort::LastUsed => key.last_use.as_ref().map_or(0, |last| last.at.millis()),
            KeySort::Expires if !status.is_live() => i64::MAX,
            KeySort::Expires => key.expires_at.map_or(i64::MAX - 1, Timestamp::millis),
            KeySort::Created | KeySort::Name | KeySort::Preview => 0,
        };
        let text = match order.sort {
            KeySort::Name => folded(&key.name),
            KeySort::Preview => key.preview.clone(),
            _ => String::new(),
        };
        (number, text, key.created_at, key.id.to_string())
    };
    move |first, second| {
        let ascending = place(first).cmp(&place(second));
        if descending {
            ascending.reverse()
        } else {
            ascending
        }
    }
}

case!(keys_are_listed_page_by_page_in_every_order);
async fn keys_are_listed_page_by_page_in_every_order(store: Shared) {
    let tenant = create_keys(&*store).await;
    let none = KeyFilter::default();
    for (_, sort, reversed, label) in KeyOrder::ALL {
        let order = KeyOrder { sort, reversed };
        let mut expected = store.list_keys(&tenant.account).await.unwrap();
        expected.sort_by(by_cursor(order));
        for page in [1, 3, 100] {
            assert_eq!(
                all(&*store, &tenant, &none, order, page).await,
                expected,
                "{label}, {page} a page"
            );
        }
    }
    let usual = all(&*store, &tenant, &none, KeyOrder::default(), 100).await;
    let live: Vec<_> = usual.iter().map(|key| key.status(NOW).is_live()).collect();
    assert_eq!(live, [vec![true; 7], vec![false; 4]].concat());
    let by_name = KeyOrder::parse("name").unwrap();
    let first = &all(&*store, &tenant, &none, by_name, 100).await[..4];
    let names: Vec<_> = first.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["100% _x!", "apple", "crm Sync", "CRM sync"]);
}

case!(keys_are_ordered_by_expiration_with_those_without_one_last);
async fn keys_are_ordered_by_expiration_with_those_without_one_last(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    // The keys "b" and "c" were created at the same time and expire at the same time.
    for (id, created, end) in [
        ("later", 1, Some(9_000)),
        ("b", 2, Some(5_000)),
        ("never", 3, None),
        ("c", 2, Some(5_000)),
        ("a", 4, Some(5_000)),
        ("paused", 5, Some(4_000)),
        ("expired", 6, Some(500)),
        ("forever", 1, None),
        ("revoked", 7, Some(3_000)),
    ] {
        let mut key = tenant.key(id, at(created));
        key.expires_at = end.map(at);
        tenant.issue(&*store, key).await;
    }
    let id = |id: &str| tenant.key(id, NOW).id;
    tenant.revoke(&*store, &id("revoked"), at(50)).await;
    change(&*store, &tenant, &id("paused"), &KeyChange::Pause, at(60)).await;
    store.note_expired(&tenant.account, NOW).await.unwrap();
    let expected = [
        "paused", "b", "c", "a", "later", "forever", "never", "expired", "revoked",
    ];
    let expected: Vec<_> = expected.map(id).to_vec();
    let order = KeyOrder::parse("expires").unwrap();
    let reversed = KeyOrder::parse("-expires").unwrap();
    let none = KeyFilter::default();
    for page in [1, 2, 100] {
        let ids = async |order| -> Vec<_> {
            let keys = all(&*store, &tenant, &none, order, page).await;
            keys.into_iter().map(|key| key.id).collect()
        };
        assert_eq!(ids(order).await, expected, "{page} a page");
        let backwards: Vec<_> = expected.iter().rev().cloned().collect();
        assert_eq!(ids(reversed).await, backwards, "{page} a page");
    }
    let soon = KeyFilter {
        expires_by: Some(at(5_000)),
        ..KeyFilter::default()
    };
    for page in [1, 2, 100] {
        let keys = all(&*store, &tenant, &soon, order, page).await;
        let ids: Vec<_> = keys.into_iter().map(|key| key.id).collect();
        assert_eq!(ids, expected[..4], "{page} a page");
    }
}

case!(expired_keys_that_are_not_marked_are_listed_once_in_every_order);
async fn expired_keys_that_are_not_marked_are_listed_once_in_every_order(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for (number, end) in [
        Some(500),
        Some(9_000),
        Some(400),
        None,
        Some(500),
        Some(300),
        None,
        Some(8_000),
        Some(600),
    ]
    .into_iter()
    .enumerate()
    {
        let number = i64::try_from(number).unwrap();
        let mut key = tenant.key(&number.to_string(), at(number));
        key.expires_at = end.map(at);
        tenant.issue(&*store, key).await;
    }
    let none = KeyFilter::default();
    let mut stored = store.list_keys(&tenant.account).await.unwrap();
    stored.sort_by_key(|key| key.id.to_string());
    let expired = stored.iter().filter(|key| !key.status(NOW).is_live());
    assert_eq!(expired.count(), 5);
    for (_, sort, reversed, label) in KeyOrder::ALL {
        let order = KeyOrder { sort, reversed };
        let whole = all(&*store, &tenant, &none, order, 100).await;
        let mut listed = whole.clone();
        listed.sort_by_key(|key| key.id.to_string());
        assert_eq!(listed, stored, "{label}");
        for page in [1, 2, 4] {
            let paged = all(&*store, &tenant, &none, order, page).await;
            assert_eq!(paged, whole, "{label}, {page} a page");
        }
    }
}

pub(crate) async fn names(store: &dyn Store, tenant: &Tenant, filter: &KeyFilter) -> Vec<String> {
    let mut names: Vec<_> = all(store, tenant, filter, KeyOrder::default(), 4)
        .await
        .iter()
        .map(|key| key.name.to_string())
        .collect();
    names.sort_unstable();
    let counted = store
        .count_keys(&tenant.account, filter, KeyOrder::default(), 100)
        .await
        .unwrap();
    let keys = u32::try_from(names.len()).unwrap();
    let stopped = false;
    assert_eq!(counted, KeySearchCount { keys, stopped }, "{filter:?}");
    names
}

pub(crate) fn text(typed: &str, preview: Option<&str>) -> KeyFilter {
    KeyFilter {
        text: Some(KeySearchText {
            words: words(typed),
            preview: preview.map(str::to_owned),
        }),
        ..KeyFilter::default()
    }
}

case!(keys_that_were_never_used_are_found_in_every_order);
async fn keys_that_were_never_used_are_found_in_every_order(store: Shared) {
    let tenant = create_keys(&*store).await;
    let found = async |filter: KeyFilter| names(&*store, &tenant, &filter).await;
    // The keys with the numbers 0, 3, 6 and 9 were used.
    let never_used = KeyFilter {
        never_used: true,
        ..KeyFilter::default()
    };
    assert_eq!(
        found(never_used.clone()).await,
        [
            "CRM sync", "Gone too", "Händler", "Old", "Older", "Zebra", "apple"
        ],
    );
    let and_active = KeyFilter {
        status: Some(KeyStatus::Active),
        ..never_used.clone()
    };
    assert_eq!(
        found(and_active).await,
        ["CRM sync", "Händler", "Zebra"],
        "it combines with a status"
    );
    for (_, sort, reversed, label) in KeyOrder::ALL {
        let order = KeyOrder { sort, reversed };
        let listed = all(&*store, &tenant, &never_used, order, 2).await;
        assert_eq!(listed.len(), 7, "{label}");
        assert!(
            listed.is_sorted_by(|a, b| by_cursor(order)(a, b).is_le()),
            "{label}"
        );
    }
}

case!(keys_are_found_by_every_filter);
async fn keys_are_found_by_every_filter(store: Shared) {
    let tenant = create_keys(&*store).await;
    let other = Tenant::create(&*store, "b").await;
    other.issue_key(&*store, "crm").await;
    let found = async |filter: KeyFilter| names(&*store, &tenant, &filter).await;

    assert_eq!(found(text("crm", None)).await, ["CRM sync", "crm Sync"]);
    assert_eq!(found(text("händler", None)).await, ["HÄNDLER 2", "Händler"]);
    assert_eq!(found(text("SY", None)).await, ["CRM sync", "crm Sync"]);
    assert_eq!(found(text("s cr", None)).await, ["CRM sync", "crm Sync"]);
    assert_eq!(found(text("rm", None)).await, [""; 0], "no word begins so");
    assert_eq!(found(text("crm old", None)).await, [""; 0]);
    assert_eq!(found(text("gone too", None)).await, ["Gone too"]);
    assert_eq!(found(text("100%", None)).await, ["100% _x!"]);
    assert_eq!(found(text("%", None)).await, [""; 0]);
    let preview = |begin| text("", Some(begin));
    assert_eq!(
        found(preview("vx_abcde0")).await.len(),
        5,
        "previews tell case from case"
    );
    assert_eq!(found(preview("vx_b")).await, [""; 0]);
    assert_eq!(found(text("zebra", Some("vx_abcde0"))).await.len(), 6);
    assert_eq!(
        found(text("crm", Some("vx_abcde0"))).await.len(),
        6,
        "no key twice"
    );
    assert_eq!(found(text("\0", None)).await, [""; 0]);

    let status = |status| KeyFilter {
        status: Some(status),
        ..KeyFilter::default()
    };
    assert_eq!(found(status(KeyStatus::Active)).await.len(), 6);
    assert_eq!(found(status(KeyStatus::Paused)).await, ["apple"]);
    assert_eq!(found(status(KeyStatus::Expired)).await, ["Old", "Older"]);
    assert_eq!(
        found(status(KeyStatus::Revoked)).await,
        ["Gone", "Gone too"]
    );

    let scope = |scope| KeyFilter {
        scope: Some(scope),
        ..KeyFilter::default()
    };
    assert_eq!(
        found(scope(Scope::LeadsRead)).await,
        ["HÄNDLER 2", "Händler"]
    );
    assert_eq!(found(scope(Scope::InventoryRead)).await.len(), 9);

    let creator = |member: &domain::MemberId| KeyFilter {
        creator: Some(member.clone()),
        ..KeyFilter::default()
    };
    assert_eq!(found(creator(&tenant.owner)).await.len(), 11);
    assert_eq!(found(creator(&other.owner)).await, [""; 0]);
    let creators = store.key_creators(&tenant.account).await.unwrap();
    assert_eq!(creators, [(tenant.owner.clone(), tenant.email.clone())]);

    // Of the active and paused keys, "crm Sync" (0), "HÄNDLER 2" (3) and "100% _x!" (6) were used
    // at 100 or 101.
    let idle = |since| KeyFilter {
        idle_since: Some(since),
        ..KeyFilter::default()
    };
    assert_eq!(
        found(idle(at(99))).await,
        ["CRM sync", "Händler", "Zebra", "apple"]
    );
    assert_eq!(found(idle(at(101))).await.len(), 7);
    assert_eq!(
        found(idle(at(0))).await,
        ["CRM sync"],
        "made after that is not unused"
    );
    let expires_by = |by| KeyFilter {
        expires_by: Some(by),
        ..KeyFilter::default()
    };
    assert_eq!(
        found(expires_by(at(4_999))).await,
        [""; 0],
        "what has ended ends no more"
    );
    assert_eq!(found(expires_by(at(5_000))).await, ["Zebra"]);

    let both = KeyFilter {
        status: Some(KeyStatus::Active),
        scope: Some(Scope::LeadsRead),
        ..text("2", None)
    };
    assert_eq!(found(both).await, ["HÄNDLER 2"]);
}

case!(keys_are_counted_up_to_the_requested_limit);
async fn keys_are_counted_up_to_the_requested_limit(store: Shared) {
    let tenant = create_keys(&*store).await;
    let filter = KeyFilter::default();
    for (limit, counted) in [(0, 0), (5, 5), (11, 11), (12, 11)] {
        let count = store
            .count_keys(&tenant.account, &filter, KeyOrder::default(), limit)
            .await
            .unwrap();
        assert_eq!(count.keys, counted);
    }
}

case!(key_is_listed_as_expired_once_it_is_marked_as_expired);
async fn key_is_listed_as_expired_once_it_is_marked_as_expired(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant
        .issue_key_with(&*store, "one", |key| key.expires_at = Some(at(10)))
        .await;
    let before = tenant.find(&*store, &id).await;
    let events = tenant.events(&*store).await;
    let found = async |status| {
        let filter = KeyFilter {
            status: Some(status),
            ..KeyFilter::default()
        };
        let order = KeyOrder::default();
        let counted = store.count_keys(&tenant.account, &filter, order, 9);
        counted.await.unwrap().keys
    };
    for (now, active, expired) in [(at(9), 1, 0), (at(10), 0, 1), (at(11), 0, 1)] {
        store.note_expired(&tenant.account, now).await.unwrap();
        assert_eq!(
            (
                found(KeyStatus::Active).await,
                found(KeyStatus::Expired).await
            ),
            (active, expired)
        );
    }
    assert_eq!(tenant.find(&*store, &id).await, before);
    assert_eq!(
        tenant.events(&*store).await,
        events,
        "time passes unrecorded"
    );
}
