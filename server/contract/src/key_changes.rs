//! Editing, pausing and resuming keys.

use crate::fixtures::{Shared, at, race};
use crate::tenant::Tenant;
use domain::{KeyId, KeyName, KeyNote, KeyStatus, RateLimit, ScopeSet, Timestamp};
use serde_json::json;
use service::key::AllowList;
use service::store::{
    Action, Actor, AttributedEvent, AuditEvent, ChangeKeyOutcome, KeyChange, KeyEdit, KeyRecord,
    KeySettings, Store,
};

pub(crate) async fn change(
    store: &dyn Store,
    tenant: &Tenant,
    id: &KeyId,
    change: &KeyChange,
    now: Timestamp,
) -> ChangeKeyOutcome {
    let event = |before: &KeyRecord, after: &KeyRecord| AuditEvent {
        detail: json!({ "before": before.name, "after": after.name }),
        ..tenant.event(Action::KeyEdited, id.as_str(), now)
    };
    store
        .change_key(&tenant.account, id, change, now, &event)
        .await
        .unwrap()
}

/// Settings that differ from those of a new key in every respect.
pub(crate) fn other_settings() -> KeySettings {
    KeySettings {
        name: KeyName::parse("Händler-Feed ⇄").unwrap(),
        scopes: ScopeSet::parse("leads:read leads:write").unwrap(),
        expires_at: Some(at(5_000)),
        note: KeyNote::parse("Call Grace\nbefore you revoke it.").unwrap(),
        own_limit: Some(RateLimit::new(7, 3).unwrap()),
        allow_list: AllowList::parse("203.0.113.0/24 2001:db8::/64").unwrap(),
    }
}

pub(crate) fn edit(before: KeySettings, after: KeySettings) -> KeyChange {
    KeyChange::Edit(Box::new(KeyEdit { before, after }))
}

case!(edited_key_has_its_new_settings_and_the_same_secret);
async fn edited_key_has_its_new_settings_and_the_same_secret(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await;
    let change_all = edit(before.settings(), other_settings());
    let ChangeKeyOutcome::Changed(after) = change(&*store, &tenant, &id, &change_all, at(7)).await
    else {
        panic!("the key was not changed")
    };
    assert_eq!(after.settings(), other_settings());
    assert_eq!(
        (&after.digest, &after.preview),
        (&before.digest, &before.preview)
    );
    assert_eq!(tenant.find(&*store, &id).await, *after);
    let found = store.find_key_by_digest(&before.digest).await.unwrap();
    assert_eq!(found, Some(*after));
    let event = &store.audit_events(&tenant.account, 1).await.unwrap()[0];
    assert_eq!(
        event.detail,
        json!({ "before": before.name, "after": other_settings().name })
    );

    let events = tenant.events(&*store).await;
    let same = edit(other_settings(), other_settings());
    let again = change(&*store, &tenant, &id, &same, at(8)).await;
    assert!(matches!(again, ChangeKeyOutcome::Same(_)));
    assert_eq!(tenant.events(&*store).await, events, "nothing was changed");

    let back = edit(other_settings(), before.settings());
    change(&*store, &tenant, &id, &back, at(9)).await;
    assert_eq!(tenant.find(&*store, &id).await, before);
}

// An undo finds the edit by its request, and restores the settings that the history has.
case!(edit_is_undone_from_the_history_unless_another_edit_followed);
async fn edit_is_undone_from_the_history_unless_another_edit_followed(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await.settings();
    let detail = json!({ "before": { "expires_at": null }, "after": { "note": "Ask Grace.\n⇄" } });
    let event = |_: &KeyRecord, _: &KeyRecord| AuditEvent {
        detail: detail.clone(),
        request_id: Some("request-1".to_owned()),
        ..tenant.event(Action::KeyEdited, id.as_str(), at(1))
    };
    let (account, first) = (&tenant.account, edit(before.clone(), other_settings()));
    let changed = store.change_key(account, &id, &first, at(1), &event).await;
    assert!(matches!(changed, Ok(ChangeKeyOutcome::Changed(_))));
    let history = store.history(account, id.as_str(), 1).await.unwrap();
    let edited = &history[0].event;
    assert_eq!(edited.request_id.as_deref(), Some("request-1"));
    assert_eq!(edited.detail, detail);
    assert_eq!(edited.actor, Actor::Member(tenant.owner.clone()));

    let undo = edit(other_settings(), before.clone());
    let mut renamed = other_settings();
    renamed.name = KeyName::parse("Renamed meanwhile").unwrap();
    let rename = edit(other_settings(), renamed.clone());
    change(&*store, &tenant, &id, &rename, at(2)).await;
    let events = tenant.events(&*store).await;
    let outcome = change(&*store, &tenant, &id, &undo, at(3)).await;
    assert!(matches!(outcome, ChangeKeyOutcome::Differs(_)));
    assert_eq!(tenant.find(&*store, &id).await.settings(), renamed);
    assert_eq!(tenant.events(&*store).await, events);

    let back = edit(renamed, other_settings());
    change(&*store, &tenant, &id, &back, at(4)).await;
    let outcome = change(&*store, &tenant, &id, &undo, at(5)).await;
    assert!(matches!(outcome, ChangeKeyOutcome::Changed(_)));
    assert_eq!(tenant.find(&*store, &id).await.settings(), before);
}

case!(only_one_of_ten_concurrent_edits_of_the_same_settings_succeeds);
async fn only_one_of_ten_concurrent_edits_of_the_same_settings_succeeds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await.settings();
    let events = tenant.events(&*store).await;
    let outcomes = race(10, |number| {
        let (store, tenant, id) = (store.clone(), tenant.clone(), id.clone());
        let after = KeySettings {
            name: KeyName::parse(&format!("Edit {number}")).unwrap(),
            ..before.clone()
        };
        let edit = edit(before.clone(), after);
        async move { change(&*store, &tenant, &id, &edit, at(1)).await }
    })
    .await;
    let stored = tenant.find(&*store, &id).await;
    assert_ne!(stored.settings(), before);
    let (changed, late): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .partition(|outcome| matches!(outcome, ChangeKeyOutcome::Changed(_)));
    let stored = Box::new(stored);
    assert_eq!(changed, [ChangeKeyOutcome::Changed(stored.clone())]);
    assert_eq!(late, vec![ChangeKeyOutcome::Differs(stored); 9]);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(same_edit_from_ten_concurrent_submissions_is_recorded_once);
async fn same_edit_from_ten_concurrent_submissions_is_recorded_once(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await.settings();
    let events = tenant.events(&*store).await;
    let outcomes = race(10, |_| {
        let (store, tenant, id) = (store.clone(), tenant.clone(), id.clone());
        let edit = edit(before.clone(), other_settings());
        async move { change(&*store, &tenant, &id, &edit, at(1)).await }
    })
    .await;
    let stored = Box::new(tenant.find(&*store, &id).await);
    assert_eq!(stored.settings(), other_settings());
    let (changed, late): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .partition(|outcome| matches!(outcome, ChangeKeyOutcome::Changed(_)));
    assert_eq!(changed, [ChangeKeyOutcome::Changed(stored.clone())]);
    assert_eq!(late, vec![ChangeKeyOutcome::Same(stored); 9]);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(key_stays_paused_until_it_is_resumed);
async fn key_stays_paused_until_it_is_resumed(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await;
    for round in [10, 20] {
        let paused = change(&*store, &tenant, &id, &KeyChange::Pause, at(round)).await;
        assert!(matches!(paused, ChangeKeyOutcome::Changed(_)));
        let found = store
            .find_key_by_digest(&before.digest)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.status(at(round)), KeyStatus::Paused);
        assert_eq!(found.paused_at, Some(at(round)));
        let again = change(&*store, &tenant, &id, &KeyChange::Pause, at(round + 1)).await;
        assert_eq!(
            again,
            ChangeKeyOutcome::Same(Box::new(found)),
            "it was paused when it was paused"
        );
        let resumed = change(&*store, &tenant, &id, &KeyChange::Resume, at(round + 2)).await;
        assert_eq!(resumed, ChangeKeyOutcome::Changed(Box::new(before.clone())));
    }
}

case!(key_is_watched_until_the_watch_is_ended_or_an_allow_list_is_set);
async fn key_is_watched_until_the_watch_is_ended_or_an_allow_list_is_set(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let before = tenant.find(&*store, &id).await;
    let watch = async |key_change: KeyChange, now| {
        change(&*store, &tenant, &id, &key_change, at(now)).await;
        tenant.find(&*store, &id).await
    };
    assert_eq!(watch(KeyChange::Watch, 1).await.watched_since, Some(at(1)));
    let again = watch(KeyChange::Watch, 2).await;
    assert_eq!(again.watched_since, Some(at(1)), "it goes on");
    assert_eq!(watch(KeyChange::Unwatch, 3).await, before);
    let watched = watch(KeyChange::Watch, 4).await;
    let listed = watch(edit(watched.settings(), other_settings()), 5).await;
    assert_eq!(listed.watched_since, None);
    assert_eq!(watch(KeyChange::Watch, 6).await, listed, "it has a list");
}

case!(ended_and_missing_keys_are_not_changed);
async fn ended_and_missing_keys_are_not_changed(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let revoked = tenant.issue_key(&*store, "revoked").await;
    tenant.revoke(&*store, &revoked, at(5)).await;
    let expired = tenant
        .issue_key_with(&*store, "expired", |key| key.expires_at = Some(at(10)))
        .await;
    let keys = store.list_keys(&tenant.account).await.unwrap();
    let events = tenant.events(&*store).await;
    for key_change in [
        edit(other_settings(), other_settings()),
        KeyChange::Pause,
        KeyChange::Resume,
        KeyChange::Watch,
        KeyChange::Unwatch,
    ] {
        for id in [&revoked, &expired] {
            assert_eq!(
                change(&*store, &tenant, id, &key_change, at(10)).await,
                ChangeKeyOutcome::Ended
            );
        }
        let none = KeyId::parse("none").unwrap();
        assert_eq!(
            change(&*store, &tenant, &none, &key_change, at(10)).await,
            ChangeKeyOutcome::Missing
        );
    }
    assert_eq!(store.list_keys(&tenant.account).await.unwrap(), keys);
    assert_eq!(tenant.events(&*store).await, events);
}

case!(only_one_of_ten_concurrent_pauses_is_recorded);
async fn only_one_of_ten_concurrent_pauses_is_recorded(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let events = tenant.events(&*store).await;
    let outcomes = race(10, |number| {
        let (store, tenant, id) = (store.clone(), tenant.clone(), id.clone());
        async move {
            change(
                &*store,
                &tenant,
                &id,
                &KeyChange::Pause,
                at(i64::from(number)),
            )
            .await
        }
    })
    .await;
    let changed = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, ChangeKeyOutcome::Changed(_)));
    assert_eq!(changed.count(), 1);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(key_history_contains_only_the_events_of_that_key);
async fn key_history_contains_only_the_events_of_that_key(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let (id, other) = (
        a.issue_key(&*store, "one").await,
        a.issue_key(&*store, "other").await,
    );
    change(&*store, &a, &id, &KeyChange::Pause, at(5)).await;
    a.revoke(&*store, &id, at(6)).await;
    a.revoke(&*store, &other, at(7)).await;
    let history = async |tenant: &Tenant, limit| {
        store
            .history(&tenant.account, id.as_str(), limit)
            .await
            .unwrap()
    };
    let summarize = |events: &[AttributedEvent]| -> Vec<_> {
        events
            .iter()
            .map(|signed| (signed.event.action, signed.email.clone()))
            .collect()
    };
    let by = Some(a.email.clone());
    let expected = [
        (Action::KeyRevoked, by.clone()),
        (Action::KeyEdited, by.clone()),
        (Action::KeyCreated, by),
    ];
    assert_eq!(summarize(&history(&a, 10).await), expected);
    assert_eq!(summarize(&history(&a, 2).await), expected[..2]);
    assert_eq!(history(&b, 10).await, []);
}
