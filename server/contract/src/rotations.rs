//! Rotation: one key replaces another.

use crate::fixtures::{Shared, at, just_before, race};
use crate::key_changes::{change, edit, other_settings};
use crate::tenant::Tenant;
use domain::{KeyId, KeyName, KeyStatus, RevokeReason, Timestamp};
use serde_json::json;
use service::store::{
    Action, AuditEvent, KeyChange, KeyRecord, OldKeyExpiry, Replacement, Revoker, RotateKeyOutcome,
    Rotation, Store,
};

/// Returns a rotation whose new key gets its id, digest and form token from `name`.
pub(crate) fn rotation(
    tenant: &Tenant,
    name: &str,
    now: Timestamp,
    old_expiry: OldKeyExpiry,
) -> Rotation {
    let key = tenant.key(name, now);
    Rotation {
        id: key.id,
        preview: "vx_new999…".to_owned(),
        digest: key.digest,
        pepper_id: key.pepper_id,
        at: now,
        by: key.created_by,
        expires_at: Some(at(9_000)),
        form_token: key.form_token,
        old_expiry,
    }
}

pub(crate) async fn rotate(
    store: &dyn Store,
    tenant: &Tenant,
    old: &KeyId,
    name: &str,
    now: Timestamp,
    old_expiry: OldKeyExpiry,
) -> RotateKeyOutcome {
    let rotation = rotation(tenant, name, now, old_expiry);
    rotate_by(store, tenant, old, rotation).await
}

pub(crate) async fn rotate_by(
    store: &dyn Store,
    tenant: &Tenant,
    old: &KeyId,
    rotation: Rotation,
) -> RotateKeyOutcome {
    let now = rotation.at;
    let events = |old: &KeyRecord, new: &KeyRecord| {
        let event = |action, key: &KeyRecord| AuditEvent {
            detail: json!({ "replaces": new.replaces, "replaced": old.replaced.is_some() }),
            ..tenant.event(action, key.id.as_str(), now)
        };
        [
            event(Action::KeyRotated, old),
            event(Action::KeyCreated, new),
        ]
    };
    store
        .rotate_key(&tenant.account, old, rotation, &events)
        .await
        .unwrap()
}

/// Creates a key, all of whose settings differ from those of a new key.
async fn create_configured_key(store: &dyn Store, tenant: &Tenant) -> KeyRecord {
    let id = tenant.issue_key(store, "old").await;
    let before = tenant.find(store, &id).await.settings();
    for what in [edit(before, other_settings()), KeyChange::Pause] {
        change(store, tenant, &id, &what, at(1)).await;
    }
    tenant.find(store, &id).await
}

case!(rotation_copies_everything_but_the_secret_to_the_new_key);
async fn rotation_copies_everything_but_the_secret_to_the_new_key(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let before = create_configured_key(&*store, &tenant).await;
    let old_end = OldKeyExpiry::At(at(500));
    let RotateKeyOutcome::Rotated { old, new } =
        rotate(&*store, &tenant, &before.id, "new", at(50), old_end).await
    else {
        panic!("the key was not rotated")
    };
    let expected_rotation = rotation(&tenant, "new", at(50), old_end);
    let replacement = Replacement {
        by: expected_rotation.id.clone(),
        at: at(50),
        is_live: true,
    };
    let expected_old = KeyRecord {
        expires_at: Some(at(500)),
        replaced: Some(replacement),
        ..before.clone()
    };
    assert_eq!(*old, expected_old);
    let expected_new = KeyRecord {
        id: expected_rotation.id,
        preview: expected_rotation.preview,
        digest: expected_rotation.digest,
        created_at: at(50),
        expires_at: Some(at(9_000)),
        paused_at: None,
        replaces: Some(before.id.clone()),
        ..before.clone()
    };
    assert_eq!(*new, expected_new);
    for key in [&*old, &*new] {
        assert_eq!(tenant.find(&*store, &key.id).await, *key);
        let found = store.find_key_by_digest(&key.digest).await.unwrap();
        assert_eq!(found.as_ref(), Some(key));
    }
    let events = store.audit_events(&tenant.account, 2).await.unwrap();
    let actual: Vec<_> = events
        .iter()
        .map(|event| (event.action, event.subject.as_str()))
        .collect();
    assert_eq!(
        actual,
        [
            (Action::KeyCreated, new.id.as_str()),
            (Action::KeyRotated, before.id.as_str())
        ]
    );
    let detail = json!({ "replaces": before.id, "replaced": true });
    assert!(events.iter().all(|event| event.detail == detail));
}

case!(rotated_key_ends_at_the_requested_time_but_never_later_than_before);
async fn rotated_key_ends_at_the_requested_time_but_never_later_than_before(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for (name, own, old_end, expected) in [
        (
            "later",
            Some(at(80)),
            OldKeyExpiry::At(at(100)),
            Some(at(80)),
        ),
        (
            "sooner",
            Some(at(80)),
            OldKeyExpiry::At(at(60)),
            Some(at(60)),
        ),
        ("endless", None, OldKeyExpiry::At(at(100)), Some(at(100))),
        ("now", Some(at(80)), OldKeyExpiry::Now, Some(at(80))),
        ("now-endless", None, OldKeyExpiry::Now, None),
    ] {
        let id = tenant
            .issue_key_with(&*store, name, |key| key.expires_at = own)
            .await;
        let new = format!("new-{name}");
        rotate(&*store, &tenant, &id, &new, at(10), old_end).await;
        let old = tenant.find(&*store, &id).await;
        assert_eq!(old.expires_at, expected, "{name}");
        if old_end == OldKeyExpiry::Now {
            let revocation = old.revocation.as_ref().expect(name);
            let by = Revoker::Member(tenant.email.clone());
            assert_eq!(
                (revocation.at, &revocation.by, revocation.reason),
                (at(10), &by, RevokeReason::Replaced)
            );
        } else {
            let end = expected.expect(name);
            assert_eq!(old.status(just_before(end)), KeyStatus::Active, "{name}");
            assert_eq!(old.status(end), KeyStatus::Expired, "{name}");
        }
    }
}

case!(key_with_an_unrevoked_replacement_is_not_rotated_again);
async fn key_with_an_unrevoked_replacement_is_not_rotated_again(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "old").await;
    let old_end = OldKeyExpiry::At(at(500));
    let first = rotate(&*store, &tenant, &id, "first", at(10), old_end).await;
    let RotateKeyOutcome::Rotated { new, .. } = first else {
        panic!("the key was not rotated")
    };
    let again = rotate(&*store, &tenant, &id, "second", at(11), old_end).await;
    assert_eq!(again, RotateKeyOutcome::UnderWay);
    let by = |key: KeyRecord| key.replaced.map(|replaced| replaced.by);
    assert_eq!(
        by(tenant.find(&*store, &id).await),
        Some(new.id.clone()),
        "the first one stays"
    );
    // Its replacement can be rotated, and so can the key itself once that replacement is revoked.
    tenant.revoke(&*store, &new.id, at(12)).await;
    let again = rotate(&*store, &tenant, &id, "third", at(13), old_end).await;
    let RotateKeyOutcome::Rotated { new, .. } = again else {
        panic!("the key was not rotated")
    };
    assert_eq!(by(tenant.find(&*store, &id).await), Some(new.id.clone()));
    let next = rotate(&*store, &tenant, &new.id, "fourth", at(14), old_end).await;
    assert!(matches!(next, RotateKeyOutcome::Rotated { .. }));
}

case!(failed_rotation_leaves_nothing_behind);
async fn failed_rotation_leaves_nothing_behind(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let revoked = tenant.issue_key(&*store, "revoked").await;
    tenant.revoke(&*store, &revoked, at(5)).await;
    let expired = tenant
        .issue_key_with(&*store, "expired", |key| key.expires_at = Some(at(10)))
        .await;
    let alive = tenant.issue_key(&*store, "alive").await;
    let keys = store.list_keys(&tenant.account).await.unwrap();
    let events = tenant.events(&*store).await;
    let missing = KeyId::parse("none").unwrap();
    let same = RotateKeyOutcome::SameForm {
        name: KeyName::parse("Key alive").unwrap(),
    };
    for (id, form, outcome) in [
        (&revoked, "new", RotateKeyOutcome::Ended),
        (&expired, "new", RotateKeyOutcome::Ended),
        (&missing, "new", RotateKeyOutcome::Missing),
        // This form has already created another key.
        (&alive, "alive", same),
    ] {
        let mut rotation = rotation(&tenant, "new", at(10), OldKeyExpiry::Now);
        rotation.form_token = tenant.key(form, at(10)).form_token;
        let to_event = |_: &KeyRecord, _: &KeyRecord| {
            [(); 2].map(|()| tenant.event(Action::KeyRotated, "subject", at(10)))
        };
        let rotated = store
            .rotate_key(&tenant.account, id, rotation, &to_event)
            .await
            .unwrap();
        assert_eq!(rotated, outcome);
    }
    assert_eq!(store.list_keys(&tenant.account).await.unwrap(), keys);
    assert_eq!(tenant.events(&*store).await, events);
}

case!(only_one_of_ten_concurrent_rotations_creates_a_key);
async fn only_one_of_ten_concurrent_rotations_creates_a_key(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "old").await;
    let outcomes = race(10, |number| {
        let (store, tenant, id) = (store.clone(), tenant.clone(), id.clone());
        let old_end = [OldKeyExpiry::Now, OldKeyExpiry::At(at(100))][number as usize % 2];
        async move { rotate(&*store, &tenant, &id, &number.to_string(), at(1), old_end).await }
    })
    .await;
    let successes = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, RotateKeyOutcome::Rotated { .. }));
    assert_eq!(successes.count(), 1);
    assert_eq!(store.list_keys(&tenant.account).await.unwrap().len(), 2);
}
