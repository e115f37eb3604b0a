//! Keys are found by their current settings and state, whether few or many.

use crate::fixtures::{Shared, at, key_use};
use crate::key_changes::{change, edit};
use crate::key_lists::{all, by_cursor, names, text};
use crate::rotations::{rotate, rotate_by, rotation};
use crate::tenant::Tenant;
use domain::seconds::HOUR;
use domain::{
    KeyCounts, KeyId, KeyName, KeyOrder, KeyStatus, Outcome, RefusalCode, Scope, ScopeSet,
};
use service::store::{
    AttentionFilter, Caller, CallerStats, ChangeKeyOutcome, KeyChange, KeyCursor, KeyFilter,
    KeySearchCount, KeySearchPage, KeySettings, KeyViewCounts, OldKeyExpiry, RevokeKeyOutcome,
    ScopeUses, Store, UnplannedExpiry,
};

case!(key_is_found_by_its_current_name_and_scopes);
async fn key_is_found_by_its_current_name_and_scopes(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant
        .issue_key_with(&*store, "one", |key| {
            key.name = KeyName::parse("Old feed").unwrap();
            key.scopes = ScopeSet::parse("leads:read leads:write").unwrap();
        })
        .await;
    let before = tenant.find(&*store, &id).await.settings();
    let after = KeySettings {
        name: KeyName::parse("New feed").unwrap(),
        scopes: ScopeSet::parse("leads:read inventory:read").unwrap(),
        ..before.clone()
    };
    let edited = change(&*store, &tenant, &id, &edit(before, after), at(1)).await;
    assert!(matches!(edited, ChangeKeyOutcome::Changed(_)));

    let found = async |filter: KeyFilter| names(&*store, &tenant, &filter).await;
    let scope = |scope| KeyFilter {
        scope: Some(scope),
        ..KeyFilter::default()
    };
    for (filter, is_found) in [
        (text("old", None), false),
        (text("new", None), true),
        (text("feed", None), true),
        (scope(Scope::LeadsWrite), false),
        (scope(Scope::InventoryRead), true),
        (scope(Scope::LeadsRead), true),
    ] {
        let expected: &[&str] = if is_found { &["New feed"] } else { &[] };
        assert_eq!(found(filter.clone()).await, expected, "{filter:?}");
    }

    rotate(
        &*store,
        &tenant,
        &id,
        "two",
        at(2),
        OldKeyExpiry::At(at(50)),
    )
    .await;
    assert_eq!(found(text("new", None)).await, ["New feed", "New feed"]);
    assert_eq!(found(scope(Scope::InventoryRead)).await.len(), 2);
}

/// Returns the statistics of one call with a revoked key.
fn call_with_dead_key(tenant: &Tenant, key: &KeyId, seconds: i64) -> CallerStats {
    let outcome = Outcome::Refused(RefusalCode::RevokedKey);
    call(tenant, key, outcome, "203.0.113.7", seconds)
}

/// Returns the statistics of one call.
fn call(tenant: &Tenant, key: &KeyId, outcome: Outcome, ip: &str, seconds: i64) -> CallerStats {
    let caller = Caller {
        outcome,
        ip: ip.parse().unwrap(),
        user_agent: None,
        first: at(seconds),
        last: at(seconds),
        calls: 1,
    };
    CallerStats {
        account_id: tenant.account.clone(),
        key_id: key.clone(),
        callers: vec![caller],
        scope_uses: ScopeUses::default(),
    }
}

case!(ended_keys_that_are_still_in_use_are_found);
async fn ended_keys_that_are_still_in_use_are_found(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let [live, dead, silent] = ["live", "dead", "silent"];
    let mut ids = Vec::new();
    for name in [live, dead, silent] {
        ids.push(tenant.issue_key(&*store, name).await);
    }
    for id in &ids[1..] {
        tenant.revoke(&*store, id, at(10)).await;
    }
    let sighting = call_with_dead_key(&tenant, &ids[1], 20);
    store.record_caller_stats(&[sighting]).await.unwrap();
    for (after, count) in [(at(19), 1), (at(20), 0)] {
        let filter = KeyFilter {
            dead_key_call_after: Some(after),
            ..KeyFilter::default()
        };
        let found = all(&*store, &tenant, &filter, KeyOrder::default(), 9).await;
        assert!(found.iter().all(|key| key.id == ids[1]));
        assert_eq!(found.len(), count);
        let names = store.dead_keys_in_use(&tenant.account, after, 9);
        assert_eq!(names.await.unwrap().len(), count);
    }
    // The key that was called with last is the first one.
    let later = [call_with_dead_key(&tenant, &ids[2], 30)];
    store.record_caller_stats(&later).await.unwrap();
    for (limit, expected) in [(9, vec!["Key silent", "Key dead"]), (1, vec!["Key silent"])] {
        let names = store.dead_keys_in_use(&tenant.account, at(19), limit);
        let names = names.await.unwrap();
        assert!(names.iter().map(KeyName::as_str).eq(expected), "{names:?}");
    }
}

case!(keys_that_were_called_with_from_a_new_network_are_found);
async fn keys_that_were_called_with_from_a_new_network_are_found(store: Shared) {
    const DAY: i64 = 86_400;
    let tenant = Tenant::create(&*store, "a").await;
    let [settled, fresh, revoked] = [
        tenant.issue_key(&*store, "settled").await,
        tenant.issue_key(&*store, "fresh").await,
        tenant.issue_key(&*store, "revoked").await,
    ];
    // A network is new only if the key was in use for over a day before.
    for (key, first) in [(&settled, 10), (&fresh, 11), (&revoked, 10)] {
        for (ip, seconds) in [("203.0.113.7", first), ("198.51.100.9", DAY + 11)] {
            let stats = call(&tenant, key, Outcome::Accepted, ip, seconds);
            store.record_caller_stats(&[stats]).await.unwrap();
        }
    }
    tenant.revoke(&*store, &revoked, at(DAY + 20)).await;
    for (after, expected) in [(DAY + 10, vec!["Key settled"]), (DAY + 11, Vec::new())] {
        let filter = KeyFilter {
            new_network_after: Some(at(after)),
            ..KeyFilter::default()
        };
        assert_eq!(names(&*store, &tenant, &filter).await, expected, "{after}");
        let count = store.count_keys(&tenant.account, &filter, KeyOrder::default(), 9);
        assert_eq!(count.await.unwrap().keys as usize, expected.len());
        let narrowed = KeyFilter {
            status: Some(KeyStatus::Active),
            ..filter
        };
        assert_eq!(names(&*store, &tenant, &narrowed).await, expected);
    }
}

case!(keys_that_need_attention_are_found_for_any_of_the_reasons);
async fn keys_that_need_attention_are_found_for_any_of_the_reasons(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let issue = async |name: &str, created, expires: Option<i64>| {
        let mut key = tenant.key(&name.replace(' ', "-"), at(created));
        key.name = KeyName::parse(name).unwrap();
        key.expires_at = expires.map(at);
        tenant.issue(&*store, key.clone()).await;
        key.id
    };
    issue("fresh", 500, None).await;
    issue("idle", 10, None).await;
    issue("expiring", 500, Some(900)).await;
    issue("idle and expiring", 10, Some(900)).await;
    let [dead, silent] = [
        issue("dead", 10, None).await,
        issue("silent", 10, None).await,
    ];
    for id in [&dead, &silent] {
        tenant.revoke(&*store, id, at(600)).await;
    }
    let stats = call_with_dead_key(&tenant, &dead, 620);
    store.record_caller_stats(&[stats]).await.unwrap();
    let filter = KeyFilter {
        attention: Some(AttentionFilter {
            idle_since: at(100),
            unplanned_expiry: UnplannedExpiry {
                by: at(900),
                now: at(800),
            },
            dead_key_call_after: at(610),
            new_network_after: at(610),
        }),
        ..KeyFilter::default()
    };
    let mut found = names(&*store, &tenant, &filter).await;
    found.sort_unstable();
    let expected = ["dead", "expiring", "idle", "idle and expiring"];
    assert_eq!(found, expected, "each once");
    let count = store
        .count_keys(&tenant.account, &filter, KeyOrder::default(), 9)
        .await
        .unwrap();
    assert_eq!((count.keys, count.stopped), (4, false));
    let attention = filter.attention.unwrap();
    let views = KeyViewCounts {
        all: 6,
        active: 4,
        expiring: 2,
        unused: 2,
        need_attention: 4,
    };
    for (most, limit, expected) in [
        (9, 9, views),
        (
            5,
            3,
            KeyViewCounts {
                all: 5,
                need_attention: 3,
                ..views
            },
        ),
        (
            3,
            9,
            KeyViewCounts {
                all: 3,
                active: 3,
                ..views
            },
        ),
    ] {
        let counted = store.count_views(&tenant.account, at(900), attention, most, limit);
        assert_eq!(counted.await.unwrap(), expected);
    }
    let by_state = KeyCounts {
        active: 4,
        revoked: 2,
        unused: 2,
        expiring_soon: 2,
        need_attention: 4,
        dead_keys_in_use: 1,
        ..KeyCounts::default()
    };
    for (limit, active, need_attention) in [(9, 4, 4), (3, 3, 3)] {
        let counted = store.count_states(&tenant.account, attention, limit);
        let expected = KeyCounts {
            active,
            need_attention,
            ..by_state
        };
        assert_eq!(counted.await.unwrap(), expected);
    }
    let both = KeyFilter {
        status: Some(KeyStatus::Revoked),
        ..filter
    };
    assert_eq!(names(&*store, &tenant, &both).await, ["dead"]);
}

case!(keys_are_counted_separately_for_each_state);
async fn keys_are_counted_separately_for_each_state(store: Shared) {
    const DAY: i64 = 86_400;
    let tenant = Tenant::create(&*store, "a").await;
    let issue = async |name: &str, count: u32, created: i64, expires: Option<i64>| {
        let mut ids = Vec::new();
        for number in 0..count {
            let name = format!("{name}-{number}");
            let issued = tenant.issue_key_with(&*store, &name, |key| {
                key.created_at = at(created);
                key.expires_at = expires.map(at);
            });
            ids.push(issued.await);
        }
        ids
    };
    // No two of the counts are equal, so that none can be mistaken for another.
    issue("unused", 4, 1, None).await;
    issue("expiring", 3, DAY + 500, Some(DAY + 900)).await;
    issue("expired", 6, DAY + 500, Some(DAY + 700)).await;
    for id in issue("roaming", 2, 10, None).await {
        for (ip, seconds) in [("203.0.113.7", 10), ("198.51.100.9", DAY + 620)] {
            let stats = call(&tenant, &id, Outcome::Accepted, ip, seconds);
            store.record_caller_stats(&[stats]).await.unwrap();
        }
    }
    for id in issue("paused", 5, DAY + 500, None).await {
        change(&*store, &tenant, &id, &KeyChange::Pause, at(DAY + 600)).await;
    }
    let revoked = issue("revoked", 7, DAY + 500, None).await;
    for id in &revoked {
        tenant.revoke(&*store, id, at(DAY + 600)).await;
    }
    let dead_key_call = call_with_dead_key(&tenant, &revoked[0], DAY + 620);
    store.record_caller_stats(&[dead_key_call]).await.unwrap();
    let now = at(DAY + 800);
    store.note_expired(&tenant.account, now).await.unwrap();

    let expires_by = at(DAY + 900);
    let attention = AttentionFilter {
        idle_since: at(5),
        unplanned_expiry: UnplannedExpiry {
            by: expires_by,
            now,
        },
        dead_key_call_after: at(DAY + 610),
        new_network_after: at(DAY + 610),
    };
    let states = store.count_states(&tenant.account, attention, 99);
    assert_eq!(
        states.await.unwrap(),
        KeyCounts {
            active: 9,
            paused: 5,
            expired: 6,
            revoked: 7,
            unused: 4,
            expiring_soon: 3,
            new_networks: 2,
            need_attention: 10,
            dead_keys_in_use: 1,
        }
    );
    let views = store.count_views(&tenant.account, expires_by, attention, 99, 99);
    assert_eq!(
        views.await.unwrap(),
        KeyViewCounts {
            all: 27,
            active: 9,
            expiring: 3,
            unused: 4,
            need_attention: 10,
        }
    );
}

case!(key_that_is_being_replaced_needs_attention_only_if_it_is_late);
async fn key_that_is_being_replaced_needs_attention_only_if_it_is_late(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let hours = |hours| at(hours * HOUR);
    // In hours from now. An overlap of more than 48 hours is long.
    for (name, rotated, used, end) in [
        ("planned", -10, Some(-5), 30),
        ("late", -20, Some(-1), 2),
        ("late but unused", -20, None, 2),
        ("late but used before", -20, Some(-20), 2),
        ("short", -24, Some(-1), 24),
        ("long and late", -100, Some(-1), 24),
        ("long", -100, Some(-1), 25),
        ("without successor", -10, None, 30),
    ] {
        let mut key = tenant.key(&name.replace(' ', "-"), hours(-200));
        key.name = KeyName::parse(name).unwrap();
        tenant.issue(&*store, key.clone()).await;
        let new = format!("new-{}", name.replace(' ', "-"));
        let end = OldKeyExpiry::At(hours(end));
        let mut rotation = rotation(&tenant, &new, hours(rotated), end);
        rotation.expires_at = Some(hours(500));
        rotate_by(&*store, &tenant, &key.id, rotation).await;
        if let Some(used) = used {
            let key_use = (key.id, key_use(hours(used), "x"));
            store.record_uses(&[key_use], &[]).await.unwrap();
        }
    }
    let successor = tenant.key("new-without-successor", at(0)).id;
    let outcome = tenant.revoke(&*store, &successor, hours(-1)).await;
    assert!(matches!(outcome, RevokeKeyOutcome::Revoked(_)));
    let expiring = store.expiring_keys(&tenant.account, at(0), hours(100), 9);
    let expiring = expiring.await.unwrap();
    let lone = expiring
        .iter()
        .find(|key| key.name.as_str() == "without successor");
    assert!(lone.is_some_and(|key| !key.is_being_replaced));
    let expiry = UnplannedExpiry {
        by: hours(100),
        now: at(0),
    };
    let filter = KeyFilter {
        attention: Some(AttentionFilter {
            idle_since: hours(-1_000),
            unplanned_expiry: expiry,
            dead_key_call_after: at(0),
            new_network_after: hours(1_000),
        }),
        ..KeyFilter::default()
    };
    let mut found = names(&*store, &tenant, &filter).await;
    found.sort_unstable();
    let late = ["late", "long and late", "without successor"];
    assert_eq!(found, late);
    let expiring = KeyFilter {
        unplanned_expiry: Some(expiry),
        ..KeyFilter::default()
    };
    let mut found = names(&*store, &tenant, &expiring).await;
    found.sort_unstable();
    assert_eq!(found, late, "for no other reason");
    let attention = filter.attention.unwrap();
    let views = store.count_views(&tenant.account, hours(100), attention, 9, 9);
    let views = views.await.unwrap();
    assert_eq!((views.expiring, views.need_attention), (8, 3));
}

case!(search_returns_the_right_keys_whether_few_or_many_match);
/// Few matching keys are found by the index of a condition, many by the index of the order. Both
/// must return the same keys.
async fn search_returns_the_right_keys_whether_few_or_many_match(store: Shared) {
    const MANY: usize = 2_040;
    let tenant = Tenant::create(&*store, "a").await;
    for number in 0..MANY {
        let seconds = i64::try_from(number / 3).unwrap();
        let mut key = tenant.key(&number.to_string(), at(seconds));
        let rare = if number % 100 == 0 { "rare" } else { "usual" };
        key.name = KeyName::parse(&format!("Common {rare} {}", number % 7)).unwrap();
        if number % 100 == 50 {
            key.expires_at = Some(at(5_000));
        }
        tenant.issue(&*store, key).await;
    }
    let keys = store.list_keys(&tenant.account).await.unwrap();
    for (_, sort, reversed, label) in KeyOrder::ALL {
        let order = KeyOrder { sort, reversed };
        for (filter, fits) in [
            (text("common", None), ""),
            (text("rare common", None), "rare"),
            (text("usual", None), "usual"),
        ] {
            let mut expected: Vec<_> = keys
                .iter()
                .filter(|key| key.name.as_str().contains(fits))
                .cloned()
                .collect();
            expected.sort_by(by_cursor(order));
            assert_eq!(
                all(&*store, &tenant, &filter, order, 300).await,
                expected,
                "{label}, {filter:?}"
            );
        }
    }
    let both = KeyFilter {
        expires_by: Some(at(5_000)),
        ..text("common usual", None)
    };
    assert_eq!(names(&*store, &tenant, &both).await.len(), 20);
    let no_match = KeyFilter {
        idle_since: Some(at(-1)),
        ..text("common", None)
    };
    assert_eq!(names(&*store, &tenant, &no_match).await, [""; 0]);
    assert_walk_is_bounded(&*store, &tenant).await;
}

/// Each condition matches many keys, and all of them together match only the last keys, or none.
async fn assert_walk_is_bounded(store: &dyn Store, tenant: &Tenant) {
    let parse_order = |order: &str| KeyOrder::parse(order).unwrap();
    let filter = |creator: &Tenant| KeyFilter {
        status: Some(KeyStatus::Active),
        creator: Some(creator.owner.clone()),
        scope: Some(Scope::InventoryRead),
        ..KeyFilter::default()
    };
    let own_keys = filter(tenant);
    for (_, sort, reversed, label) in KeyOrder::ALL {
        let order = KeyOrder { sort, reversed };
        let last_keys = KeyFilter {
            text: text("common usual 3", None).text,
            ..own_keys.clone()
        };
        let found = all(store, tenant, &last_keys, order, 300).await;
        let mut expected = store.list_keys(&tenant.account).await.unwrap();
        expected.retain(|key| key.name.as_str() == "Common usual 3");
        expected.sort_by(by_cursor(order));
        assert_eq!(found, expected, "{label}");
    }
    // For each page, one thousand of the 2,040 keys are examined.
    let order = parse_order("-created");
    let page = async |after: Option<&KeyCursor>, filter: &KeyFilter| {
        let found = store.find_keys(&tenant.account, filter, order, after, 1_001);
        found.await.unwrap()
    };
    let mut after = None;
    for _ in 0..2 {
        let KeySearchPage {
            keys,
            cursors,
            stopped,
        } = page(after.as_ref(), &own_keys).await;
        assert_eq!(keys.len(), 1_000);
        assert_eq!(stopped.as_ref(), cursors.last());
        after = stopped;
    }
    let rest = page(after.as_ref(), &own_keys).await;
    assert_eq!((rest.keys.len(), rest.stopped), (40, None));
    let full = store.find_keys(&tenant.account, &own_keys, order, None, 1_000);
    assert_eq!(
        full.await.unwrap().stopped,
        None,
        "a full page goes on by itself"
    );
    for (limit, stopped) in [(1_000, false), (1_001, true)] {
        let counted = store.count_keys(&tenant.account, &own_keys, order, limit);
        let keys = 1_000;
        assert_eq!(counted.await.unwrap(), KeySearchCount { keys, stopped });
    }
}
