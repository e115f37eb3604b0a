//! API keys.

use crate::fixtures::{Shared, at, key_use, race, token};
use crate::tenant::Tenant;
use domain::{KeyId, KeyName, KeyNote, RateLimit};
use service::key::{AllowList, KeyDigest};
use service::store::{InsertKeyOutcome, KeyCallSummary, KeyRecord, Store, UseRecord};
use std::net::{IpAddr, Ipv6Addr};

async fn last_use(store: &dyn Store, tenant: &Tenant, id: &KeyId) -> Option<UseRecord> {
    tenant.find(store, id).await.last_use
}

case!(created_key_reads_back_unchanged);
async fn created_key_reads_back_unchanged(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut key = tenant.key("one", at(5));
    key.name = KeyName::parse("Inventory ⇄ “Händler” 🚗").unwrap();
    key.expires_at = Some(at(500));
    key.note = KeyNote::parse("In the vault.\nAsk Eve.").unwrap();
    key.own_limit = Some(RateLimit::new(7, 3).unwrap());
    key.allow_list = AllowList::parse("203.0.113.0/24").unwrap();
    let expected = KeyRecord {
        id: key.id.clone(),
        account_id: tenant.account.clone(),
        account_name: tenant.account_name(),
        name: key.name.clone(),
        preview: key.preview.clone(),
        digest: key.digest,
        scopes: key.scopes.clone(),
        created_at: at(5),
        created_by: tenant.email.clone(),
        expires_at: Some(at(500)),
        paused_at: None,
        replaces: None,
        replaced: None,
        note: key.note.clone(),
        account_limit: RateLimit::DEFAULT,
        own_limit: key.own_limit,
        allow_list: key.allow_list.clone(),
        watched_since: None,
        revocation: None,
        last_use: None,
        call_summary: KeyCallSummary::default(),
    };
    assert!(matches!(
        tenant.issue(&*store, key).await,
        InsertKeyOutcome::Created(_)
    ));
    assert_eq!(tenant.find(&*store, &expected.id).await, expected);
    let listed = store.list_keys(&tenant.account).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&expected));
    let found = store.find_key_by_digest(&expected.digest).await.unwrap();
    assert_eq!(found, Some(expected));
    let unknown = KeyDigest::from_bytes(token("unknown").0);
    assert_eq!(store.find_key_by_digest(&unknown).await.unwrap(), None);
}

case!(keys_with_a_name_are_listed_newest_first);
async fn keys_with_a_name_are_listed_newest_first(store: Shared) {
    let (tenant, other) = (
        Tenant::create(&*store, "a").await,
        Tenant::create(&*store, "b").await,
    );
    for (tenant, id, name, millis) in [
        (&tenant, "one", "CRM Sync", 5),
        (&tenant, "two", "crm sync", 6),
        (&tenant, "three", "CRM Sync 2", 7),
        (&other, "four", "CRM Sync", 8),
        (&tenant, "five", "CRM Sync", 9),
    ] {
        let mut key = tenant.key(id, at(millis));
        key.name = KeyName::parse(name).unwrap();
        tenant.issue(&*store, key).await;
    }
    let name = KeyName::parse("CRM Sync").unwrap();
    for (limit, expected) in [(20, &[9, 6, 5][..]), (2, &[9, 6])] {
        let keys = store
            .list_keys_by_name(&tenant.account, &name, limit)
            .await
            .unwrap();
        assert!(keys.iter().all(|key| key.account_id == tenant.account));
        let created: Vec<_> = keys.iter().map(|key| key.created_at).collect();
        let expected: Vec<_> = expected.iter().map(|millis| at(*millis)).collect();
        assert_eq!(created, expected);
    }
}

case!(known_digests_are_distinguished_from_unknown_ones);
async fn known_digests_are_distinguished_from_unknown_ones(store: Shared) {
    let unknown = |number: u32| {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        KeyDigest::from_bytes(bytes)
    };
    let mut digests: Vec<_> = (0..998).map(unknown).collect();
    assert_eq!(store.known_digests(&digests).await.unwrap(), []);
    // Known digests are found in all accounts.
    let mut known = Vec::new();
    for name in ["a", "b"] {
        let tenant = Tenant::create(&*store, name).await;
        let key = tenant.key("one", at(5));
        known.push(key.digest);
        tenant.issue(&*store, key).await;
    }
    digests.extend(&known);
    let mut found = store.known_digests(&digests).await.unwrap();
    found.sort_unstable_by_key(|digest| *digest.as_bytes());
    known.sort_unstable_by_key(|digest| *digest.as_bytes());
    assert_eq!(found, known);
    assert_eq!(store.known_digests(&[]).await.unwrap(), []);
}

case!(keys_are_listed_newest_first);
async fn keys_are_listed_newest_first(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for (name, created_at) in [("middle", 20), ("newest", 30), ("oldest", 10)] {
        tenant
            .issue(&*store, tenant.key(name, at(created_at)))
            .await;
    }
    let listed = store.list_keys(&tenant.account).await.unwrap();
    let names: Vec<_> = listed.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["Key newest", "Key middle", "Key oldest"]);
}

case!(form_submitted_twice_creates_one_key);
async fn form_submitted_twice_creates_one_key(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let first = a.key("first", at(0));
    let mut second = a.key("second", at(1));
    second.form_token = first.form_token;
    let mut elsewhere = b.key("third", at(1));
    elsewhere.form_token = first.form_token;

    let name = first.name.clone();
    assert!(matches!(
        a.issue(&*store, first).await,
        InsertKeyOutcome::Created(_)
    ));
    let events = a.events(&*store).await;
    assert_eq!(
        a.issue(&*store, second).await,
        InsertKeyOutcome::SameForm { name }
    );
    assert_eq!(a.events(&*store).await, events);
    assert_eq!(store.list_keys(&a.account).await.unwrap().len(), 1);
    assert!(matches!(
        b.issue(&*store, elsewhere).await,
        InsertKeyOutcome::Created(_)
    ));
}

case!(form_submitted_twenty_times_at_once_creates_one_key);
async fn form_submitted_twenty_times_at_once_creates_one_key(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let outcomes = race(20, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        async move {
            let mut key = tenant.key(&number.to_string(), at(0));
            key.form_token = token("the form");
            tenant.issue(&*store, key).await
        }
    })
    .await;
    let keys = store.list_keys(&tenant.account).await.unwrap();
    let [key] = keys.as_slice() else {
        panic!("{} keys were made", keys.len())
    };
    let same = InsertKeyOutcome::SameForm {
        name: key.name.clone(),
    };
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| matches!(outcome, InsertKeyOutcome::Created(_)))
            .count(),
        1
    );
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == same).count(),
        19
    );
    assert_eq!(tenant.events(&*store).await, 2);
}

case!(last_use_of_a_key_never_goes_backwards);
async fn last_use_of_a_key_never_goes_backwards(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (one, two) = (
        tenant.issue_key(&*store, "one").await,
        tenant.issue_key(&*store, "two").await,
    );
    let unknown = tenant.key("unknown", at(0)).id;
    let events = tenant.events(&*store).await;
    let v6 = UseRecord {
        at: at(50),
        ip: IpAddr::V6(Ipv6Addr::LOCALHOST),
        user_agent: None,
    };
    let uses = [
        (unknown, key_use(at(50), "x")),
        (one.clone(), key_use(at(50), "new")),
        (two.clone(), v6),
    ];
    store.record_uses(&uses, &[]).await.unwrap();
    let late = [
        (one.clone(), key_use(at(49), "late")),
        (two.clone(), key_use(at(51), "newer")),
    ];
    store.record_uses(&late, &[]).await.unwrap();
    assert_eq!(
        last_use(&*store, &tenant, &one).await,
        Some(key_use(at(50), "new"))
    );
    assert_eq!(
        last_use(&*store, &tenant, &two).await,
        Some(key_use(at(51), "newer"))
    );
    let v6 = UseRecord {
        at: at(52),
        ip: IpAddr::V6(Ipv6Addr::LOCALHOST),
        user_agent: None,
    };
    store
        .record_uses(&[(two.clone(), v6.clone())], &[])
        .await
        .unwrap();
    assert_eq!(last_use(&*store, &tenant, &two).await, Some(v6));
    store.record_uses(&[], &[]).await.unwrap();
    assert_eq!(tenant.events(&*store).await, events, "a use is no change");

    // A use is also recorded for a key that has been revoked, and both are returned.
    tenant.revoke(&*store, &one, at(60)).await;
    store
        .record_uses(&[(one.clone(), key_use(at(59), "last"))], &[])
        .await
        .unwrap();
    let revoked = tenant.find(&*store, &one).await;
    assert_eq!(revoked.last_use, Some(key_use(at(59), "last")));
    assert!(revoked.revocation.is_some());
}

case!(newest_of_concurrent_key_uses_is_kept);
async fn newest_of_concurrent_key_uses_is_kept(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    race(30, |number| {
        let (store, id) = (store.clone(), id.clone());
        // The uses race in an order other than that of their times.
        let now = at(i64::from(number * 7 % 30));
        async move {
            store
                .record_uses(&[(id, key_use(now, "racer"))], &[])
                .await
                .unwrap();
        }
    })
    .await;
    assert_eq!(
        last_use(&*store, &tenant, &id).await,
        Some(key_use(at(29), "racer"))
    );
}
