//! Refused calls and their reasons.

use crate::fixtures::{Shared, at};
use crate::tenant::Tenant;
use domain::{KeyId, RefusalCode, Resource, Scope};
use service::key::Malformed;
use service::refusal::{CallId, Cause};
use service::store::{MAX_REFUSALS, RefusalFilter, RefusedCall, Store};
use std::net::IpAddr;
use std::ops::Range;

fn id(number: usize) -> CallId {
    CallId::parse(&format!("{number:032x}")).unwrap()
}

fn refused_call(number: usize, key: Option<(&Tenant, &KeyId)>) -> RefusedCall {
    RefusedCall {
        id: id(number),
        at: at(0),
        key: key.map(|(tenant, key)| (tenant.account.clone(), key.clone())),
        code: "missing_scope".to_owned(),
        cause: Cause::Scope(Scope::LeadsWrite),
        method: "POST".to_owned(),
        route: "/api/leads".to_owned(),
        address: key.map(|_| [203, 0, 113, 7].into()),
    }
}

async fn find(store: &dyn Store, tenant: &Tenant, number: usize) -> Option<RefusedCall> {
    store
        .find_refusal(&tenant.account, &id(number), at(0))
        .await
        .unwrap()
}

case!(refused_call_reads_back_unchanged_and_only_for_its_account);
async fn refused_call_reads_back_unchanged_and_only_for_its_account(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let key = tenant.issue_key(&*store, "one").await;
    let causes = [
        Cause::Nothing,
        Cause::Form(Malformed::Length(38)),
        Cause::Address([203, 0, 113, 7].into()),
        Cause::Scope(Scope::LeadsRead),
        Cause::OwnLimit,
        Cause::Entries(vec![("/items/0/price".to_owned(), "invalid".to_owned())]),
        Cause::QuotaExceeded {
            resource: Resource::ItemBytes,
            limit: u64::MAX,
        },
    ];
    let calls: Vec<_> = causes
        .into_iter()
        .enumerate()
        .map(|(number, cause)| RefusedCall {
            cause,
            ..refused_call(number, (number % 2 == 0).then_some((&tenant, &key)))
        })
        .collect();
    store.record_refusals(&calls).await.unwrap();
    for (number, call) in calls.iter().enumerate() {
        assert_eq!(find(&*store, &tenant, number).await.as_ref(), Some(call));
        let public_call = Some(call).filter(|call| call.key.is_none());
        assert_eq!(find(&*store, &stranger, number).await.as_ref(), public_call);
    }
    // No refusal is stored for a key that belongs to another account or does not exist.
    let forged = refused_call(100, Some((&stranger, &key)));
    let unknown = refused_call(101, Some((&tenant, &tenant.key("unknown", at(0)).id)));
    store.record_refusals(&[forged, unknown]).await.unwrap();
    for number in [100, 101] {
        assert_eq!(find(&*store, &tenant, number).await, None);
        assert_eq!(find(&*store, &stranger, number).await, None);
    }
}

case!(flood_of_refused_calls_evicts_only_those_of_the_same_account);
async fn flood_of_refused_calls_evicts_only_those_of_the_same_account(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let (key, other) = (
        tenant.issue_key(&*store, "one").await,
        stranger.issue_key(&*store, "two").await,
    );
    let first = [
        refused_call(0, Some((&tenant, &key))),
        refused_call(1, None),
    ];
    store.record_refusals(&first).await.unwrap();
    let flood: Vec<_> = (10..11 + MAX_REFUSALS)
        .map(|number| refused_call(number, Some((&stranger, &other))))
        .collect();
    for calls in flood.chunks(1_000) {
        store.record_refusals(calls).await.unwrap();
    }
    assert!(find(&*store, &tenant, 0).await.is_some());
    assert!(find(&*store, &tenant, 1).await.is_some());
    assert_eq!(
        find(&*store, &stranger, 10).await,
        None,
        "the oldest is gone"
    );
    assert!(find(&*store, &stranger, 11).await.is_some());
    assert!(find(&*store, &stranger, 10 + MAX_REFUSALS).await.is_some());
    let flood: Vec<_> = (0..MAX_REFUSALS)
        .map(|number| refused_call(100_000 + number, None))
        .collect();
    store.record_refusals(&flood).await.unwrap();
    assert!(find(&*store, &tenant, 0).await.is_some());
    assert_eq!(find(&*store, &tenant, 1).await, None);
}

case!(latest_refused_call_of_a_key_is_found);
async fn latest_refused_call_of_a_key_is_found(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let (key, other) = (
        tenant.issue_key(&*store, "one").await,
        tenant.issue_key(&*store, "two").await,
    );
    let last = async |tenant: &Tenant, key: &KeyId| {
        let found = store.last_refusal(&tenant.account, key).await.unwrap();
        found.map(|call| call.id)
    };
    assert_eq!(last(&tenant, &key).await, None);
    let calls = [
        refused_call(9, Some((&tenant, &key))),
        refused_call(3, Some((&tenant, &key))),
        refused_call(5, Some((&tenant, &other))),
        refused_call(7, None),
    ];
    store.record_refusals(&calls).await.unwrap();
    assert_eq!(
        last(&tenant, &key).await,
        Some(id(3)),
        "in order of arrival"
    );
    assert_eq!(last(&tenant, &other).await, Some(id(5)));
    assert_eq!(last(&stranger, &key).await, None);
}

/// Returns the numbers of the calls in their list, and their last digits.
async fn list(
    store: &dyn Store,
    tenant: &Tenant,
    filter: &RefusalFilter,
    seqs: Range<u64>,
    limit: u32,
) -> Vec<(u64, String)> {
    let listed = store
        .list_refusals(&tenant.account, filter, at(0), seqs, limit)
        .await
        .unwrap();
    let last_digit = |id: &CallId| id.as_str()[31..].to_owned();
    let rows = listed.into_iter();
    rows.map(|row| (row.seq, last_digit(&row.call.id)))
        .collect()
}

fn ids(listed: &[(u64, String)]) -> String {
    listed.iter().map(|(_, id)| id.as_str()).collect()
}

case!(refused_calls_are_listed_in_pages_newest_first_and_only_for_their_account);
async fn refused_calls_are_listed_in_pages_newest_first_and_only_for_their_account(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let (key, other) = (
        tenant.issue_key(&*store, "one").await,
        stranger.issue_key(&*store, "two").await,
    );
    let mut calls: Vec<_> = (1..6)
        .map(|number| refused_call(number, Some((&tenant, &key))))
        .collect();
    calls.push(refused_call(6, Some((&stranger, &other))));
    calls.push(refused_call(7, None));
    store.record_refusals(&calls).await.unwrap();
    let all = RefusalFilter::default();
    let whole = list(&*store, &tenant, &all, 0..u64::MAX, 100).await;
    assert_eq!(ids(&whole), "54321");
    let foreign = list(&*store, &stranger, &all, 0..u64::MAX, 100).await;
    assert_eq!(ids(&foreign), "6");
    // Each page begins before the last call of the one before.
    let first = list(&*store, &tenant, &all, 0..u64::MAX, 2).await;
    assert_eq!(first, whole[..2]);
    let second = list(&*store, &tenant, &all, 0..first[1].0, 2).await;
    assert_eq!(second, whole[2..4]);
    let last = list(&*store, &tenant, &all, 0..second[1].0, 2).await;
    assert_eq!(last, whole[4..]);
    assert_eq!(list(&*store, &tenant, &all, 0..last[0].0, 2).await, []);
    // Refusals since a page was read.
    let newer = list(&*store, &tenant, &all, whole[2].0 + 1..u64::MAX, 100).await;
    assert_eq!(newer, whole[..2]);
    assert_eq!(list(&*store, &tenant, &all, 0..u64::MAX, 0).await, []);
}

case!(refused_calls_are_filtered_by_code_key_address_and_time);
async fn refused_calls_are_filtered_by_code_key_address_and_time(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let (key, other) = (
        tenant.issue_key(&*store, "one").await,
        tenant.issue_key(&*store, "two").await,
    );
    let foreign = stranger.issue_key(&*store, "three").await;
    let v6: IpAddr = "2001:db8::7".parse().unwrap();
    let call = |number, key, code: &str, address: Option<IpAddr>| RefusedCall {
        at: at(i64::try_from(number).unwrap()),
        code: code.to_owned(),
        address,
        ..refused_call(number, Some((&tenant, key)))
    };
    let v4 = Some([203, 0, 113, 7].into());
    let calls = [
        call(1, &key, "missing_scope", v4),
        call(2, &key, "paused_key", Some(v6)),
        call(3, &other, "missing_scope", Some(v6)),
        call(4, &other, "rate_limited", None),
        call(5, &other, "missing_scope", v4),
        refused_call(6, Some((&stranger, &foreign))),
    ];
    store.record_refusals(&calls).await.unwrap();
    let filter = |code, key: Option<&KeyId>, address| RefusalFilter {
        code,
        key: key.cloned(),
        address,
    };
    let scope = Some(RefusalCode::MissingScope);
    for (filter, expected) in [
        (filter(None, None, None), "54321"),
        (filter(scope, None, None), "531"),
        (filter(None, Some(&key), None), "21"),
        (filter(None, None, Some(v6)), "32"),
        (filter(scope, Some(&other), v4), "5"),
        (filter(Some(RefusalCode::Internal), None, None), ""),
        (filter(None, Some(&foreign), None), ""),
    ] {
        let listed = list(&*store, &tenant, &filter, 0..u64::MAX, 100).await;
        assert_eq!(ids(&listed), expected, "{filter:?}");
    }
    let all = RefusalFilter::default();
    let recent = store.list_refusals(&tenant.account, &all, at(4), 0..u64::MAX, 100);
    assert_eq!(recent.await.unwrap().len(), 2);

    let counts = async |filter: &RefusalFilter, since| {
        let counts = store.count_refusals(&tenant.account, filter, at(since));
        counts.await.unwrap()
    };
    let of_all = [
        (RefusalCode::MissingScope, 3),
        (RefusalCode::PausedKey, 1),
        (RefusalCode::RateLimited, 1),
    ];
    assert_eq!(counts(&all, 0).await, of_all);
    // The code of the filter does not matter, since the counts are those of its choices.
    assert_eq!(counts(&filter(scope, None, None), 0).await, of_all);
    let of_key = [(RefusalCode::MissingScope, 1), (RefusalCode::PausedKey, 1)];
    assert_eq!(counts(&filter(None, Some(&key), None), 0).await, of_key);
    assert_eq!(
        counts(&filter(None, None, v4), 2).await,
        [(RefusalCode::MissingScope, 1)]
    );
    assert_eq!(counts(&filter(None, Some(&foreign), None), 0).await, []);
}

case!(old_refused_calls_are_not_found_and_are_swept_in_batches);
async fn old_refused_calls_are_not_found_and_are_swept_in_batches(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let calls: Vec<_> = (0..8)
        .map(|number| RefusedCall {
            at: at(i64::try_from(number).unwrap()),
            ..refused_call(number, None)
        })
        .collect();
    store.record_refusals(&calls).await.unwrap();
    let since = async |number, second| {
        let id = id(number);
        let found = store.find_refusal(&tenant.account, &id, at(second));
        found.await.unwrap().is_some()
    };
    assert!(since(3, 3).await && !since(3, 4).await);
    for swept in [5, 2, 0] {
        assert_eq!(store.sweep_refusals(at(7), 5).await.unwrap(), swept);
    }
    assert!(!since(6, 0).await && since(7, 0).await);
}
