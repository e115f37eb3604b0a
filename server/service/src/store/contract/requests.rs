//! Requests that came with an idempotency key.

use super::tenant::Tenant;
use super::world::{Shared, at, just_before, race, token};
use crate::store::{IdempotencyDigest, PastRequest, RequestDigest, Store, StoredAnswer};
use domain::Timestamp;
use std::collections::BTreeMap;

fn key(text: &str) -> IdempotencyDigest {
    IdempotencyDigest(token(text).0)
}

fn request(text: &str) -> RequestDigest {
    RequestDigest(token(text).0)
}

/// Claims a request at `now`, where what begun a hundred seconds earlier is over.
async fn claim(
    store: &dyn Store,
    tenant: &Tenant,
    name: &str,
    what: &str,
    now: Timestamp,
) -> Option<PastRequest> {
    store
        .claim_request(
            &tenant.account,
            &key(name),
            &request(what),
            now,
            now.plus_seconds(-100),
        )
        .await
        .unwrap()
}

fn answer(body: Option<&[u8]>) -> StoredAnswer {
    StoredAnswer {
        status: 201,
        headers: BTreeMap::from([("location".to_owned(), "/api/leads/1".to_owned())]),
        body: body.map(<[u8]>::to_vec),
    }
}

pub(super) async fn a_request_is_claimed_once_and_its_answer_reads_back(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    assert_eq!(claim(&*store, &tenant, "k", "r", at(0)).await, None);
    let begun = PastRequest {
        request: request("r"),
        answer: None,
    };
    assert_eq!(
        claim(&*store, &tenant, "k", "another", at(1)).await,
        Some(begun.clone())
    );
    let find = async || {
        store
            .find_request(&tenant.account, &key("k"), at(-1))
            .await
            .unwrap()
    };
    assert_eq!(find().await, Some(begun));
    for kept in [answer(Some(b"{\"\xc3\xa9\":1}\0")), answer(None)] {
        store
            .keep_answer(&tenant.account, &key("k"), &kept)
            .await
            .unwrap();
        assert_eq!(find().await.unwrap().answer, Some(kept));
    }
    store
        .forget_request(&tenant.account, &key("k"))
        .await
        .unwrap();
    assert_eq!(find().await, None);
    assert_eq!(claim(&*store, &tenant, "k", "r", at(2)).await, None);
}

pub(super) async fn a_request_is_claimed_anew_once_it_is_old(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    assert_eq!(claim(&*store, &tenant, "k", "old", at(0)).await, None);
    let early = claim(&*store, &tenant, "k", "new", just_before(at(100))).await;
    assert_eq!(early.unwrap().request, request("old"));
    assert_eq!(claim(&*store, &tenant, "k", "new", at(100)).await, None);
    let found = store
        .find_request(&tenant.account, &key("k"), at(99))
        .await
        .unwrap();
    assert_eq!(found.unwrap().request, request("new"));
}

pub(super) async fn accounts_share_no_names_for_requests(store: Shared) {
    let (a, b) = (
        Tenant::settle(&*store, "a").await,
        Tenant::settle(&*store, "b").await,
    );
    assert_eq!(claim(&*store, &a, "k", "r", at(0)).await, None);
    let find = async |tenant: &Tenant| {
        store
            .find_request(&tenant.account, &key("k"), at(-1))
            .await
            .unwrap()
    };
    assert_eq!(find(&b).await, None);
    assert_eq!(claim(&*store, &b, "k", "r", at(0)).await, None);
    let kept = answer(Some(b"a's"));
    store
        .keep_answer(&a.account, &key("k"), &kept)
        .await
        .unwrap();
    assert_eq!(find(&b).await.unwrap().answer, None);
    store.forget_request(&b.account, &key("k")).await.unwrap();
    assert_eq!(find(&a).await.unwrap().answer, Some(kept));
}

pub(super) async fn of_fifty_racing_claims_of_a_request_exactly_one_wins(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let outcomes = race(50, |_| {
        let (store, tenant) = (store.clone(), tenant.clone());
        async move { claim(&*store, &tenant, "k", "r", at(0)).await }
    })
    .await;
    let won = outcomes.iter().filter(|past| past.is_none()).count();
    assert_eq!(won, 1);
}

pub(super) async fn old_requests_are_swept_in_pieces(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    for number in 0..25 {
        claim(&*store, &tenant, &number.to_string(), "r", at(number)).await;
    }
    for swept in [10, 10, 0] {
        assert_eq!(store.sweep_requests(at(19), 10).await.unwrap(), swept);
    }
    let find = async |name: &str| {
        store
            .find_request(&tenant.account, &key(name), at(-1))
            .await
            .unwrap()
    };
    assert_eq!(find("19").await, None);
    assert!(find("20").await.is_some());
}
