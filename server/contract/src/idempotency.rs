//! Idempotency keys: the requests that came with one, and their stored answers.

use crate::fixtures::{Shared, at, just_before, lead, race, token};
use crate::tenant::Tenant;
use domain::{LeadId, Timestamp};
use service::store::{
    Action, Completion, IdempotencyDigest, NewClaim, PastRequest, RequestAttempt, RequestDigest,
    RequestState, ResponseToStore, Store, StoreError, StoredResponse,
};
use std::collections::BTreeMap;

const LEASE: i64 = 10;
const LIMIT: u32 = 30;

fn key(text: &str) -> IdempotencyDigest {
    IdempotencyDigest(token(text).0)
}

fn request(text: &str) -> RequestDigest {
    RequestDigest(token(text).0)
}

/// Returns the attempt number `number` at the request `name`.
fn attempt(name: &str, number: u8) -> RequestAttempt {
    RequestAttempt {
        key: key(name),
        id: [number; 16],
    }
}

/// Claims a request at `now`. Requests that were begun a hundred seconds earlier are removed.
async fn claim_by(
    store: &dyn Store,
    tenant: &Tenant,
    attempt: RequestAttempt,
    content: &str,
    now: Timestamp,
) -> Option<PastRequest> {
    let claim = NewClaim {
        attempt,
        request: request(content),
        now,
        lapses_at: now.plus_seconds(LEASE),
        expired: now.plus_seconds(-100),
        limit: LIMIT,
    };
    store.claim_request(&tenant.account, &claim).await.unwrap()
}

async fn claim(
    store: &dyn Store,
    tenant: &Tenant,
    name: &str,
    content: &str,
    now: Timestamp,
) -> Option<PastRequest> {
    claim_by(store, tenant, attempt(name, 1), content, now).await
}

async fn find(
    store: &dyn Store,
    tenant: &Tenant,
    name: &str,
    now: Timestamp,
) -> Option<RequestState> {
    let found = store
        .find_request(&tenant.account, &key(name), now, at(-1))
        .await;
    found.unwrap().map(|past| past.state)
}

fn answer(body: Option<&[u8]>, lead: Option<&LeadId>) -> StoredResponse {
    StoredResponse {
        status: 201,
        headers: BTreeMap::from([("location".to_owned(), "/api/leads/1".to_owned())]),
        body: body.map(<[u8]>::to_vec),
        lead: lead.cloned(),
    }
}

/// Returns the answer to the request `name` by its attempt number `number`.
fn kept_answer(name: &str, number: u8, answer: StoredResponse) -> ResponseToStore {
    ResponseToStore {
        attempt: attempt(name, number),
        answer,
    }
}

/// Stores a lead together with an answer about it.
async fn insert(
    store: &dyn Store,
    tenant: &Tenant,
    name: &str,
    kept_answer: ResponseToStore,
) -> Result<LeadId, StoreError> {
    let lead = lead(name, at(0));
    let mut event = tenant.event(Action::LeadCreated, lead.id.as_str(), at(0));
    event.completion = Some(Completion::Answer(kept_answer));
    store.insert_lead(&tenant.account, &lead, event).await?;
    Ok(lead.id)
}

case!(idempotency_key_is_claimed_once_and_its_answer_reads_back_unchanged);
async fn idempotency_key_is_claimed_once_and_its_answer_reads_back_unchanged(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let whole = answer(Some(b"{\"\xc3\xa9\":1}\0"), None);
    for (name, answer) in [("whole", whole), ("cut", answer(None, None))] {
        assert_eq!(claim(&*store, &tenant, name, "r", at(0)).await, None);
        let in_progress = PastRequest {
            request: request("r"),
            state: RequestState::InProgress,
        };
        let again = claim(&*store, &tenant, name, "another", at(1)).await;
        assert_eq!(again, Some(in_progress));
        let stored = kept_answer(name, 1, answer.clone());
        store
            .store_response(&tenant.account, &stored)
            .await
            .unwrap();
        let answered = RequestState::Answered(answer.clone());
        assert_eq!(find(&*store, &tenant, name, at(1)).await, Some(answered));
        // A request that has been answered is neither answered again nor ended.
        let other = kept_answer(name, 1, self::answer(Some(b"other"), None));
        store.store_response(&tenant.account, &other).await.unwrap();
        for end in [
            store.forget_request(&tenant.account, &stored.attempt).await,
            store
                .release_request(&tenant.account, &stored.attempt)
                .await,
        ] {
            end.unwrap();
        }
        let answered = RequestState::Answered(answer);
        assert_eq!(find(&*store, &tenant, name, at(1)).await, Some(answered));
    }
    assert_eq!(claim(&*store, &tenant, "failed", "r", at(0)).await, None);
    let failed = attempt("failed", 1);
    store
        .forget_request(&tenant.account, &failed)
        .await
        .unwrap();
    assert_eq!(find(&*store, &tenant, "failed", at(1)).await, None);
    assert_eq!(claim(&*store, &tenant, "failed", "s", at(2)).await, None);
}

case!(idempotent_answer_is_committed_together_with_its_change);
async fn idempotent_answer_is_committed_together_with_its_change(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert_eq!(claim(&*store, &tenant, "k", "r", at(0)).await, None);
    let id = lead("one", at(0)).id;
    let stored = answer(Some(b"one"), Some(&id));
    let outcome = insert(&*store, &tenant, "one", kept_answer("k", 1, stored.clone())).await;
    assert_eq!(outcome.unwrap(), id);
    let state = find(&*store, &tenant, "k", at(0)).await;
    assert_eq!(state, Some(RequestState::Answered(stored)));
    // No further change is committed for a request that has its answer.
    let twice = insert(
        &*store,
        &tenant,
        "two",
        kept_answer("k", 1, answer(Some(b"two"), None)),
    );
    let twice = twice.await;
    assert!(
        matches!(twice, Err(StoreError::Unavailable(_))),
        "{twice:?}"
    );
    let leads = store.count_leads(&tenant.account).await.unwrap();
    assert_eq!(leads, 1);
}

case!(idempotent_request_is_taken_over_when_its_lease_has_lapsed);
async fn idempotent_request_is_taken_over_when_its_lease_has_lapsed(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert_eq!(claim(&*store, &tenant, "k", "r", at(0)).await, None);
    let second = attempt("k", 2);
    let early = just_before(at(LEASE));
    for (content, now, state) in [
        ("r", early, RequestState::InProgress),
        ("another", at(LEASE), RequestState::Lapsed),
    ] {
        let past = claim_by(&*store, &tenant, second, content, now).await;
        assert_eq!(past.unwrap().state, state);
    }
    let claimed = claim_by(&*store, &tenant, second, "r", at(LEASE)).await;
    assert_eq!(claimed, None);
    // The first attempt continues, as on a node that was suspended, but nothing of it is committed.
    let late = insert(
        &*store,
        &tenant,
        "late",
        kept_answer("k", 1, answer(Some(b"late"), None)),
    );
    let late = late.await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    let first = attempt("k", 1);
    store.forget_request(&tenant.account, &first).await.unwrap();
    store
        .release_request(&tenant.account, &first)
        .await
        .unwrap();
    let state = find(&*store, &tenant, "k", at(LEASE)).await;
    assert_eq!(state, Some(RequestState::InProgress));
    let stored = answer(Some(b"second"), None);
    let outcome = insert(
        &*store,
        &tenant,
        "second",
        kept_answer("k", 2, stored.clone()),
    )
    .await;
    outcome.unwrap();
    let state = find(&*store, &tenant, "k", at(LEASE)).await;
    assert_eq!(state, Some(RequestState::Answered(stored)));
    let leads = store.count_leads(&tenant.account).await.unwrap();
    assert_eq!(leads, 1);
}

case!(released_idempotent_request_is_taken_over_at_once);
async fn released_idempotent_request_is_taken_over_at_once(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert_eq!(claim(&*store, &tenant, "k", "r", at(0)).await, None);
    let first = attempt("k", 1);
    store
        .release_request(&tenant.account, &first)
        .await
        .unwrap();
    let state = find(&*store, &tenant, "k", at(0)).await;
    assert_eq!(state, Some(RequestState::Lapsed));
    let claimed = claim_by(&*store, &tenant, attempt("k", 2), "r", at(0)).await;
    assert_eq!(claimed, None);
}

case!(expired_idempotency_key_can_be_used_for_another_request);
async fn expired_idempotency_key_can_be_used_for_another_request(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert_eq!(claim(&*store, &tenant, "k", "old", at(0)).await, None);
    let early = claim(&*store, &tenant, "k", "new", just_before(at(100))).await;
    assert_eq!(early.unwrap().request, request("old"));
    assert_eq!(claim(&*store, &tenant, "k", "new", at(100)).await, None);
    let found = store
        .find_request(&tenant.account, &key("k"), at(100), at(99))
        .await
        .unwrap();
    assert_eq!(found.unwrap().request, request("new"));
}

case!(idempotency_keys_are_separate_for_each_account);
async fn idempotency_keys_are_separate_for_each_account(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    assert_eq!(claim(&*store, &a, "k", "r", at(0)).await, None);
    assert_eq!(find(&*store, &b, "k", at(0)).await, None);
    assert_eq!(claim(&*store, &b, "k", "r", at(0)).await, None);
    let stored = answer(Some(b"a's"), None);
    let of_a = kept_answer("k", 1, stored.clone());
    store.store_response(&a.account, &of_a).await.unwrap();
    let state = find(&*store, &b, "k", at(0)).await;
    assert_eq!(state, Some(RequestState::InProgress));
    store
        .forget_request(&b.account, &attempt("k", 1))
        .await
        .unwrap();
    let state = find(&*store, &a, "k", at(0)).await;
    assert_eq!(state, Some(RequestState::Answered(stored)));
}

case!(only_one_of_fifty_concurrent_claims_of_an_idempotency_key_succeeds);
async fn only_one_of_fifty_concurrent_claims_of_an_idempotency_key_succeeds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    // At first there is no such request, and then one whose lease has lapsed.
    for now in [at(0), at(LEASE)] {
        let outcomes = race(50, |number| {
            let (store, tenant) = (store.clone(), tenant.clone());
            let attempt = attempt("k", u8::try_from(number).unwrap());
            async move { claim_by(&*store, &tenant, attempt, "r", now).await }
        })
        .await;
        let won = outcomes.iter().filter(|past| past.is_none()).count();
        assert_eq!(won, 1);
    }
}

case!(oldest_answered_idempotency_keys_are_evicted_beyond_the_account_limit);
async fn oldest_answered_idempotency_keys_are_evicted_beyond_the_account_limit(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    for tenant in [&a, &b] {
        assert_eq!(claim(&*store, tenant, "first", "r", at(0)).await, None);
        let stored = kept_answer("first", 1, answer(None, None));
        store
            .store_response(&tenant.account, &stored)
            .await
            .unwrap();
    }
    // This request is in progress, so it is not removed.
    assert_eq!(claim(&*store, &a, "second", "r", at(5)).await, None);
    let fill = async |numbers: std::ops::Range<u32>| {
        for number in numbers {
            let name = number.to_string();
            assert_eq!(claim(&*store, &a, &name, "r", at(5)).await, None);
            let stored = kept_answer(&name, 1, answer(None, None));
            store.store_response(&a.account, &stored).await.unwrap();
        }
    };
    fill(2..LIMIT).await;
    assert!(find(&*store, &a, "first", at(5)).await.is_some());
    fill(LIMIT..LIMIT + 5).await;
    assert_eq!(find(&*store, &a, "first", at(5)).await, None);
    assert_eq!(find(&*store, &a, "2", at(5)).await, None);
    assert!(find(&*store, &a, "9", at(5)).await.is_some());
    let state = find(&*store, &a, "second", at(5)).await;
    assert_eq!(state, Some(RequestState::InProgress));
    assert!(find(&*store, &b, "first", at(5)).await.is_some());
}

case!(stored_answers_contain_no_erased_lead);
async fn stored_answers_contain_no_erased_lead(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let body = async |name: &str| match find(&*store, &tenant, name, at(0)).await {
        Some(RequestState::Answered(answer)) => answer.body,
        other => panic!("{name}: {other:?}"),
    };
    // Answers that are stored before the erasure, with a change and without one, lose their bodies.
    for name in ["created", "read", "other"] {
        assert_eq!(claim(&*store, &tenant, name, "r", at(0)).await, None);
    }
    let id = lead("one", at(0)).id;
    let lead_answer = || answer(Some(b"one"), Some(&id));
    let outcome = insert(
        &*store,
        &tenant,
        "one",
        kept_answer("created", 1, lead_answer()),
    )
    .await;
    outcome.unwrap();
    let read = kept_answer("read", 1, lead_answer());
    store.store_response(&tenant.account, &read).await.unwrap();
    let other = kept_answer("other", 1, answer(Some(b"other"), None));
    store.store_response(&tenant.account, &other).await.unwrap();
    assert!(body("created").await.is_some() && body("read").await.is_some());
    assert!(tenant.erase(&*store, &id, at(1)).await);
    assert!(body("created").await.is_none() && body("read").await.is_none());
    assert!(body("other").await.is_some(), "it is about no lead");

    // Answers that are stored at the moment of the erasure have no bodies afterwards.
    for round in 0..20 {
        let name = format!("round-{round}");
        assert_eq!(claim(&*store, &tenant, &name, "r", at(0)).await, None);
        let lead = lead(&name, at(0));
        let event = tenant.event(Action::LeadCreated, lead.id.as_str(), at(0));
        let outcome = store.insert_lead(&tenant.account, &lead, event).await;
        outcome.unwrap();
        let stored = kept_answer(&name, 1, answer(Some(b"person"), Some(&lead.id)));
        let (kept_answer, erased) = tokio::join!(
            store.store_response(&tenant.account, &stored),
            tenant.erase(&*store, &lead.id, at(1))
        );
        kept_answer.unwrap();
        assert!(erased);
        assert_eq!(body(&name).await, None, "{name}");
    }
    // An answer that is stored after the erasure gets no body.
    assert_eq!(claim(&*store, &tenant, "late", "r", at(0)).await, None);
    let late = kept_answer("late", 1, lead_answer());
    store.store_response(&tenant.account, &late).await.unwrap();
    assert_eq!(body("late").await, None);
}

case!(old_idempotency_keys_are_swept_in_batches);
async fn old_idempotency_keys_are_swept_in_batches(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for number in 0..25 {
        claim(&*store, &tenant, &number.to_string(), "r", at(number)).await;
    }
    for swept in [10, 10, 0] {
        assert_eq!(store.sweep_requests(at(19), 10).await.unwrap(), swept);
    }
    assert_eq!(find(&*store, &tenant, "19", at(25)).await, None);
    assert!(find(&*store, &tenant, "20", at(25)).await.is_some());
}
