//! Bulk changes of keys, and the stop on key creation of an account.

use crate::fixtures::{Shared, at, race};
use crate::rotations::rotate;
use crate::tenant::Tenant;
use domain::{KeyId, KeyStatus, Timestamp};
use service::store::{
    Action, AuditEvent, BulkChange, BulkOutcome, Extension, InsertKeyOutcome, KeyRecord,
    OldKeyExpiry, RotateKeyOutcome, Store,
};

async fn change(
    store: &dyn Store,
    tenant: &Tenant,
    ids: &[KeyId],
    change: &BulkChange,
    now: Timestamp,
) -> BulkOutcome {
    let event =
        |key: &KeyRecord| -> AuditEvent { tenant.event(Action::KeyRevoked, key.id.as_str(), now) };
    let account = &tenant.account;
    store
        .change_keys(account, ids, change, now, &event)
        .await
        .unwrap()
}

fn revoke(tenant: &Tenant, now: Timestamp) -> BulkChange {
    BulkChange::Revoke(tenant.revocation(now))
}

async fn statuses(store: &dyn Store, tenant: &Tenant, now: Timestamp) -> Vec<KeyStatus> {
    let keys = store.list_keys(&tenant.account).await.unwrap();
    let mut keys: Vec<_> = keys
        .iter()
        .map(|key| (key.id.to_string(), key.status(now)))
        .collect();
    keys.sort_by(|(first, _), (second, _)| first.cmp(second));
    keys.into_iter().map(|(_, status)| status).collect()
}

case!(bulk_change_applies_to_all_keys_and_records_one_event_each);
async fn bulk_change_applies_to_all_keys_and_records_one_event_each(store: Shared) {
    use KeyStatus::{Active, Paused, Revoked};
    let tenant = Tenant::create(&*store, "a").await;
    let mut ids = Vec::new();
    for name in ["1", "2", "3", "4"] {
        ids.push(tenant.issue_key(&*store, name).await);
    }
    let events = tenant.events(&*store).await;
    let paused = change(&*store, &tenant, &ids[..2], &BulkChange::Pause, at(5)).await;
    assert_eq!(paused, BulkOutcome::Changed(2));
    assert_eq!(
        statuses(&*store, &tenant, at(5)).await,
        [Paused, Paused, Active, Active]
    );
    let revoked = change(&*store, &tenant, &ids[1..3], &revoke(&tenant, at(6)), at(6)).await;
    assert_eq!(revoked, BulkOutcome::Changed(2));
    assert_eq!(
        statuses(&*store, &tenant, at(6)).await,
        [Paused, Revoked, Revoked, Active]
    );
    let revoked_key = tenant.find(&*store, &ids[1]).await;
    let found = store.find_key_by_digest(&revoked_key.digest).await.unwrap();
    assert_eq!(found, Some(revoked_key));
    assert_eq!(tenant.events(&*store).await, events + 4);
    let newest = store.audit_events(&tenant.account, 4).await.unwrap();
    let subjects: Vec<_> = newest.iter().map(|event| event.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [&ids[2], &ids[1], &ids[1], &ids[0]].map(KeyId::as_str)
    );
}

case!(keys_are_extended_together_if_each_still_has_the_expected_expiry);
async fn keys_are_extended_together_if_each_still_has_the_expected_expiry(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut ids = Vec::new();
    for (name, end) in [("1", 100), ("2", 200)] {
        let issued = tenant.issue_key_with(&*store, name, |key| key.expires_at = Some(at(end)));
        ids.push(issued.await);
    }
    let ends = async || {
        let (one, two) = (
            tenant.find(&*store, &ids[0]).await,
            tenant.find(&*store, &ids[1]).await,
        );
        [one.expires_at, two.expires_at]
    };
    let extend = |before: [i64; 2], after: i64| {
        let extensions = ids.iter().zip(before).map(|(id, before)| {
            let (before, after) = (at(before), at(after));
            (id.clone(), Extension { before, after })
        });
        BulkChange::Extend(extensions.collect())
    };
    let stale = change(&*store, &tenant, &ids, &extend([100, 201], 900), at(5)).await;
    assert_eq!(stale, BulkOutcome::Stale);
    let ended = change(&*store, &tenant, &ids, &extend([100, 200], 900), at(100)).await;
    assert_eq!(ended, BulkOutcome::Stale, "the first one has expired");
    assert_eq!(ends().await, [Some(at(100)), Some(at(200))]);
    let extended = change(&*store, &tenant, &ids, &extend([100, 200], 900), at(5)).await;
    assert_eq!(extended, BulkOutcome::Changed(2));
    assert_eq!(ends().await, [Some(at(900)), Some(at(900))]);
}

case!(bulk_change_changes_no_key_if_one_of_them_cannot_be_changed);
async fn bulk_change_changes_no_key_if_one_of_them_cannot_be_changed(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let (one, two, stranger_key) = (
        a.issue_key(&*store, "1").await,
        a.issue_key(&*store, "2").await,
        b.issue_key(&*store, "1").await,
    );
    a.revoke(&*store, &two, at(5)).await;
    let before = statuses(&*store, &a, at(6)).await;
    let events = a.events(&*store).await;
    for other in [&two, &stranger_key, &KeyId::parse("none").unwrap()] {
        let which = [one.clone(), other.clone()];
        for bulk_change in [BulkChange::Pause, revoke(&a, at(6))] {
            let changed = change(&*store, &a, &which, &bulk_change, at(6)).await;
            assert_eq!(changed, BulkOutcome::Stale, "{other}");
        }
    }
    assert_eq!(statuses(&*store, &a, at(6)).await, before);
    assert_eq!(a.events(&*store).await, events);
    assert_eq!(statuses(&*store, &b, at(6)).await, [KeyStatus::Active]);
}

case!(no_key_is_created_or_rotated_while_key_creation_is_stopped);
async fn no_key_is_created_or_rotated_while_key_creation_is_stopped(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let stop = async |stopped_at: Option<Timestamp>| {
        let event = a.event(Action::KeyCreationStopped, a.account.as_str(), at(5));
        store
            .stop_creation(&a.account, stopped_at, event)
            .await
            .unwrap()
    };
    let old = a.issue_key(&*store, "old").await;
    let keys = store.list_keys(&a.account).await.unwrap();
    assert_eq!(store.creation_stopped(&a.account).await.unwrap(), None);
    assert!(stop(Some(at(5))).await);
    let events = a.events(&*store).await;
    assert!(!stop(Some(at(6))).await, "it was stopped already");
    assert_eq!(
        store.creation_stopped(&a.account).await.unwrap(),
        Some(at(5))
    );
    assert_eq!(store.creation_stopped(&b.account).await.unwrap(), None);
    assert_eq!(
        a.issue(&*store, a.key("1", at(6))).await,
        InsertKeyOutcome::Stopped
    );
    assert_eq!(
        rotate(&*store, &a, &old, "new", at(6), OldKeyExpiry::Now).await,
        RotateKeyOutcome::Stopped
    );
    assert_eq!(store.list_keys(&a.account).await.unwrap(), keys);
    assert_eq!(a.events(&*store).await, events);
    assert!(matches!(
        b.issue(&*store, b.key("1", at(6))).await,
        InsertKeyOutcome::Created(_)
    ));
    assert!(stop(None).await);
    assert!(!stop(None).await);
    assert!(matches!(
        a.issue(&*store, a.key("1", at(7))).await,
        InsertKeyOutcome::Created(_)
    ));
}

case!(no_concurrent_creation_succeeds_after_key_creation_is_stopped);
async fn no_concurrent_creation_succeeds_after_key_creation_is_stopped(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    race(20, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        async move {
            if number == 10 {
                let event =
                    tenant.event(Action::KeyCreationStopped, tenant.account.as_str(), at(5));
                store
                    .stop_creation(&tenant.account, Some(at(5)), event)
                    .await
                    .unwrap();
            } else {
                tenant
                    .issue(&*store, tenant.key(&number.to_string(), at(5)))
                    .await;
            }
        }
    })
    .await;
    let events = store.audit_events(&tenant.account, 100).await.unwrap();
    assert_eq!(
        events[0].action,
        Action::KeyCreationStopped,
        "a key was made after the stop"
    );
}

case!(keys_paused_at_the_same_time_are_found_and_resumed_together);
async fn keys_paused_at_the_same_time_are_found_and_resumed_together(store: Shared) {
    use KeyStatus::{Active, Paused};
    let tenant = Tenant::create(&*store, "a").await;
    let stranger = Tenant::create(&*store, "b").await;
    let mut ids = Vec::new();
    for name in ["1", "2", "3", "4"] {
        ids.push(tenant.issue_key(&*store, name).await);
    }
    let stranger_key = stranger.issue_key(&*store, "theirs").await;
    let pause = BulkChange::Pause;
    let (paused_first, paused_later) = (&ids[..2], &ids[2..3]);
    change(&*store, &tenant, paused_first, &pause, at(5)).await;
    change(&*store, &tenant, paused_later, &pause, at(6)).await;
    change(&*store, &stranger, &[stranger_key], &pause, at(5)).await;
    let paused = async |limit| {
        let found = store.keys_paused_at(&tenant.account, at(5), at(7), limit);
        let mut found = found.await.unwrap();
        found.sort_by(|first, second| first.as_str().cmp(second.as_str()));
        found
    };
    assert_eq!(paused(10).await, ids[..2]);
    assert_eq!(paused(1).await.len(), 1);

    // Unless all of the keys are paused, none is resumed.
    let resume = BulkChange::Resume;
    let with_active = [ids[0].clone(), ids[3].clone()];
    let refused = change(&*store, &tenant, &with_active, &resume, at(7)).await;
    assert_eq!(refused, BulkOutcome::Stale);
    let resumed = change(&*store, &tenant, paused_first, &resume, at(7)).await;
    assert_eq!(resumed, BulkOutcome::Changed(2));
    assert_eq!(
        statuses(&*store, &tenant, at(7)).await,
        [Active, Active, Paused, Active]
    );
    let found = tenant.find(&*store, &ids[0]).await;
    let by_digest = store.find_key_by_digest(&found.digest).await.unwrap();
    assert_eq!(by_digest.unwrap().paused_at, None);
    assert_eq!(paused(10).await, [] as [KeyId; 0]);
}
