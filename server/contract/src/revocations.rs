//! Revoking keys.

use crate::fixtures::{Shared, at, just_before, race};
use crate::tenant::Tenant;
use domain::{KeyId, RevokeReason, Timestamp};
use serde_json::{Value, json};
use service::store::{
    Action, AuditFilter, KeyRecord, LoggedEvent, NewRevocation, Receipt, RevocationRecord,
    RevokeKeyOutcome, Revoker,
};

case!(revocation_records_its_actor_time_and_reason);
async fn revocation_records_its_actor_time_and_reason(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await;
    let RevokeKeyOutcome::Revoked(revoked) = tenant.revoke(&*store, &id, at(7)).await else {
        panic!("the key was not revoked")
    };
    let revocation = RevocationRecord {
        at: at(7),
        by: Revoker::Member(tenant.email.clone()),
        reason: RevokeReason::Leaked,
        receipt: None,
    };
    assert_eq!(
        *revoked,
        KeyRecord {
            revocation: Some(revocation),
            ..before
        }
    );
    assert_eq!(tenant.find(&*store, &id).await, *revoked);
    assert_eq!(
        store.list_keys(&tenant.account).await.unwrap(),
        [(*revoked).clone()]
    );
    let again = tenant.revoke(&*store, &id, at(8)).await;
    assert_eq!(again, RevokeKeyOutcome::AlreadyEnded(revoked));

    // A revocation by the API is attributed to the holder of the key, and one by a command to the
    // operator.
    for (number, by) in [Revoker::Holder, Revoker::Operator].into_iter().enumerate() {
        let id = tenant.issue_key(&*store, &format!("own-{number}")).await;
        let revocation = NewRevocation {
            at: at(9),
            by: by.clone(),
            reason: RevokeReason::Other,
        };
        let event = tenant.event(Action::KeyRevoked, id.as_str(), at(9));
        store
            .revoke_key(&tenant.account, &id, revocation, event)
            .await
            .unwrap();
        let is_operator = by == Revoker::Operator;
        let expected = RevocationRecord {
            at: at(9),
            by: if is_operator {
                Revoker::Operator
            } else {
                Revoker::Holder
            },
            reason: RevokeReason::Other,
            receipt: None,
        };
        assert_eq!(tenant.find(&*store, &id).await.revocation, Some(expected));
    }
}

case!(revocation_is_visible_to_the_next_lookup);
async fn revocation_is_visible_to_the_next_lookup(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for number in 0..100 {
        let key = tenant.key(&number.to_string(), at(0));
        let (id, digest) = (key.id.clone(), key.digest);
        tenant.issue(&*store, key).await;
        let found = store.find_key_by_digest(&digest).await.unwrap().unwrap();
        assert_eq!(found.revocation, None);
        tenant.revoke(&*store, &id, at(1)).await;
        let found = store.find_key_by_digest(&digest).await.unwrap().unwrap();
        assert!(
            found.revocation.is_some(),
            "key {number} was still found alive"
        );
    }
}

case!(only_one_of_fifty_concurrent_revocations_succeeds);
async fn only_one_of_fifty_concurrent_revocations_succeeds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let events = tenant.events(&*store).await;
    let outcomes = race(50, |number| {
        let (store, tenant, id) = (store.clone(), tenant.clone(), id.clone());
        async move { tenant.revoke(&*store, &id, at(i64::from(number))).await }
    })
    .await;
    let mut winners = outcomes
        .iter()
        .filter(|ended| matches!(ended, RevokeKeyOutcome::Revoked(_)));
    let Some(RevokeKeyOutcome::Revoked(winner)) = winners.next() else {
        panic!("nobody revoked the key")
    };
    assert!(winners.next().is_none(), "two revoked the same key");
    let lost = RevokeKeyOutcome::AlreadyEnded(winner.clone());
    assert_eq!(outcomes.iter().filter(|ended| **ended == lost).count(), 49);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(key_can_be_revoked_until_the_millisecond_it_expires);
async fn key_can_be_revoked_until_the_millisecond_it_expires(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let end = at(100);
    let cases: [(&str, Timestamp, bool); 3] = [
        ("before", just_before(end), true),
        ("at", end, false),
        ("after", at(101), false),
    ];
    for (name, now, revocable) in cases {
        let id = tenant
            .issue_key_with(&*store, name, |key| key.expires_at = Some(end))
            .await;
        let events = tenant.events(&*store).await;
        let ended = tenant.revoke(&*store, &id, now).await;
        assert_eq!(
            matches!(ended, RevokeKeyOutcome::Revoked(_)),
            revocable,
            "{name}"
        );
        assert_eq!(
            matches!(ended, RevokeKeyOutcome::AlreadyEnded(_)),
            !revocable,
            "{name}"
        );
        assert_eq!(
            tenant.find(&*store, &id).await.revocation.is_some(),
            revocable
        );
        assert_eq!(
            tenant.events(&*store).await,
            events + usize::from(revocable)
        );
    }
}

case!(revoking_a_missing_key_changes_nothing);
async fn revoking_a_missing_key_changes_nothing(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.key("missing", at(0)).id;
    let events = tenant.events(&*store).await;
    assert_eq!(
        tenant.revoke(&*store, &id, at(1)).await,
        RevokeKeyOutcome::Missing
    );
    assert_eq!(tenant.events(&*store).await, events);
}

case!(propagation_receipt_is_stored_with_the_revocation_and_shown_in_the_audit_log);
async fn propagation_receipt_is_stored_with_the_revocation_and_shown_in_the_audit_log(
    store: Shared,
) {
    let tenant = Tenant::create(&*store, "a").await;
    let stranger = Tenant::create(&*store, "b").await;
    let mut ids = Vec::new();
    for name in ["one", "two", "three", "alive"] {
        ids.push(tenant.issue_key(&*store, name).await);
    }
    let [one, two, three, alive] = &ids[..] else {
        unreachable!()
    };
    for (id, second) in [(one, 7), (two, 7), (three, 8)] {
        tenant.revoke(&*store, id, at(second)).await;
    }
    let receipt = |millis| Receipt {
        nodes: 3,
        acknowledged: 2,
        millis,
    };
    let keep = async |of: &Tenant, second, id: Option<&KeyId>, millis| {
        let stored_receipt = store.keep_receipt(&of.account, at(second), id, receipt(millis));
        stored_receipt.await.unwrap();
    };
    let stored_receipt = async |id: &KeyId| {
        let revocation = tenant.find(&*store, id).await.revocation;
        revocation.and_then(|revocation| revocation.receipt)
    };
    keep(&stranger, 7, Some(one), 1).await;
    keep(&tenant, 8, Some(one), 1).await;
    keep(&tenant, 7, Some(alive), 1).await;
    assert_eq!(
        stored_receipt(one).await,
        None,
        "of another account or moment"
    );
    keep(&tenant, 7, Some(one), 41).await;
    keep(&tenant, 7, None, 42).await;
    assert_eq!(
        stored_receipt(one).await,
        Some(receipt(41)),
        "the first one stays"
    );
    assert_eq!(stored_receipt(two).await, Some(receipt(42)));
    assert_eq!(stored_receipt(three).await, None);
    assert_eq!(stored_receipt(alive).await, None);

    let filter = AuditFilter::default();
    let log = store.audit_log(&tenant.account, &filter, None, None, 100);
    for LoggedEvent { event, .. } in log.await.unwrap() {
        let ended = event.action == Action::KeyRevoked;
        let millis = match &event.subject {
            subject if ended && subject == one.as_str() => json!(41),
            subject if ended && subject == two.as_str() => json!(42),
            _ => Value::Null,
        };
        assert_eq!(event.detail["receipt"]["millis"], millis, "{event:?}");
    }
}
