//! The audit log, as people read it.

use crate::fixtures::{Shared, at};
use crate::key_changes::{change, edit};
use crate::tenant::Tenant;
use domain::{KeyId, KeyName, Role};
use service::store::{Action, Actor, ActorFilter, AuditFilter, KeySettings, LoggedEvent, Store};

async fn all(store: &dyn Store, tenant: &Tenant, filter: &AuditFilter) -> Vec<LoggedEvent> {
    store
        .audit_log(&tenant.account, filter, None, None, 1_000)
        .await
        .unwrap()
}

/// Returns the subjects of all events that the filter selects, newest first.
async fn subjects(store: &dyn Store, tenant: &Tenant, filter: AuditFilter) -> Vec<String> {
    let events = all(store, tenant, &filter).await.into_iter();
    events.map(|logged| logged.event.subject).collect()
}

case!(audit_log_pages_contain_every_event_once);
async fn audit_log_pages_contain_every_event_once(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    for number in 0..10 {
        a.issue_key(&*store, &number.to_string()).await;
        b.issue_key(&*store, &number.to_string()).await;
    }
    let expected = store.audit_events(&a.account, 1_000).await.unwrap();
    let filter = AuditFilter::default();
    let (mut collected, mut before) = (Vec::new(), None);
    loop {
        let page = store
            .audit_log(&a.account, &filter, before, None, 4)
            .await
            .unwrap();
        assert!(page.len() <= 4);
        // Events that are recorded between two pages are newer than all pages that remain.
        a.sign_in(&*store, at(i64::try_from(collected.len()).unwrap()))
            .await;
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        collected.extend(page);
    }
    assert!(collected.is_sorted_by(|event, next| event.seq > next.seq));
    let collected: Vec<_> = collected.into_iter().map(|logged| logged.event).collect();
    assert_eq!(collected, expected);
}

case!(audit_log_is_filtered_by_actor_action_subject_and_time);
async fn audit_log_is_filtered_by_actor_action_subject_and_time(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "held").await;
    let session = tenant.sign_in(&*store, at(5)).await;
    let mut event = tenant.event(Action::InventoryUpdated, "SKU001", at(20));
    event.actor = Actor::Key(key.clone());
    store.end_session(&session, event).await.unwrap();
    let session = tenant.sign_in(&*store, at(6)).await;
    let mut event = tenant.event(Action::PasswordReset, "by hand", at(30));
    event.actor = Actor::System;
    store.end_session(&session, event).await.unwrap();

    let select = |filter| subjects(&*store, &tenant, filter);
    let by = |by| AuditFilter {
        by: Some(by),
        ..AuditFilter::default()
    };
    let (owner, account) = (tenant.owner.as_str(), tenant.account.as_str());
    let everything = ["by hand", owner, "SKU001", owner, key.as_str(), account];
    assert_eq!(select(AuditFilter::default()).await, everything);
    assert_eq!(select(by(ActorFilter::AnyKey)).await, ["SKU001"]);
    let one = ActorFilter::One(Actor::Key(key.clone()));
    assert_eq!(select(by(one)).await, ["SKU001"]);
    let other = ActorFilter::One(Actor::Key(KeyId::parse("other").unwrap()));
    assert_eq!(select(by(other)).await, [""; 0]);
    let system = ActorFilter::One(Actor::System);
    assert_eq!(select(by(system)).await, ["by hand"]);
    let member = ActorFilter::One(Actor::Member(tenant.owner.clone()));
    assert_eq!(
        select(by(member.clone())).await,
        [owner, owner, key.as_str(), account]
    );
    let actions = AuditFilter {
        actions: vec![Action::KeyCreated, Action::PasswordReset],
        ..AuditFilter::default()
    };
    assert_eq!(select(actions).await, ["by hand", key.as_str()]);
    for (by, expected) in [
        (None, vec![key.as_str()]),
        (Some(ActorFilter::AnyKey), vec![]),
    ] {
        let created = AuditFilter {
            by,
            actions: vec![Action::KeyCreated],
            ..AuditFilter::default()
        };
        assert_eq!(select(created).await, expected);
    }
    let of_subject = AuditFilter {
        subject: Some(owner.to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(select(of_subject.clone()).await, [owner, owner]);
    let of_no_subject = AuditFilter {
        subject: Some("no\0subject".to_owned()),
        ..AuditFilter::default()
    };
    let end = store.audit_end(&tenant.account, &of_no_subject, None, 1);
    assert_eq!(end.await.unwrap(), None);
    assert_eq!(select(of_no_subject).await, [""; 0]);
    let by_time = AuditFilter {
        from: at(5),
        until: at(20),
        ..AuditFilter::default()
    };
    assert_eq!(select(by_time).await, [owner, owner]);
    let combined = AuditFilter {
        by: Some(member),
        actions: vec![Action::SessionOpened],
        from: at(6),
        ..of_subject
    };
    assert_eq!(select(combined.clone()).await, [owner]);
    let no_match = AuditFilter {
        by: Some(ActorFilter::AnyKey),
        ..combined
    };
    assert_eq!(select(no_match).await, [""; 0]);
}

case!(audit_log_search_ends_after_the_number_of_events_it_may_examine);
async fn audit_log_search_ends_after_the_number_of_events_it_may_examine(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let mut keys = Vec::new();
    for number in 0..6 {
        keys.push(a.issue_key(&*store, &number.to_string()).await);
        b.issue_key(&*store, &number.to_string()).await;
    }
    let session = a.sign_in(&*store, at(5)).await;
    let mut event = a.event(Action::InventoryUpdated, "SKU001", at(20));
    event.actor = Actor::Key(keys[0].clone());
    store.end_session(&session, event).await.unwrap();

    let everything = AuditFilter::default();
    let of_owner = AuditFilter {
        by: Some(ActorFilter::One(Actor::Member(a.owner.clone()))),
        ..AuditFilter::default()
    };
    let of_key = AuditFilter {
        subject: Some(keys[0].to_string()),
        ..of_owner.clone()
    };
    let created = AuditFilter {
        actions: vec![Action::KeyCreated],
        ..AuditFilter::default()
    };
    let created_by_keys = AuditFilter {
        by: Some(ActorFilter::AnyKey),
        ..created.clone()
    };
    // No index leads to the events of a kind of actor or of several actions, so all events of the
    // account are examined.
    let of_keys = AuditFilter {
        by: Some(ActorFilter::AnyKey),
        actions: vec![Action::KeyCreated, Action::KeyEdited],
        ..AuditFilter::default()
    };
    for (filter, walked) in [
        (&everything, &everything),
        (&of_owner, &of_owner),
        (&of_key, &of_key),
        (&created, &created),
        (&created_by_keys, &created),
        (&of_keys, &everything),
    ] {
        let walked: Vec<u64> = all(&*store, &a, walked)
            .await
            .into_iter()
            .map(|logged| logged.seq)
            .collect();
        for (from, before) in std::iter::once(None)
            .chain(walked.iter().copied().map(Some))
            .enumerate()
        {
            let rest = &walked[from..];
            for events in 1..=walked.len() + 1 {
                let end =
                    store.audit_end(&a.account, filter, before, u32::try_from(events).unwrap());
                let expected = (events < rest.len()).then(|| rest[events - 1]);
                assert_eq!(
                    end.await.unwrap(),
                    expected,
                    "{filter:?}, {before:?}, {events}"
                );
            }
        }
    }
    let whole = all(&*store, &a, &everything).await;
    let part = store.audit_log(
        &a.account,
        &everything,
        Some(whole[1].seq),
        Some(whole[4].seq),
        1_000,
    );
    assert_eq!(part.await.unwrap(), whole[2..=4]);
}

case!(audit_log_shows_the_current_names_of_members_and_keys);
async fn audit_log_shows_the_current_names_of_members_and_keys(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let key = a.issue_key(&*store, "held").await;
    let before = a.find(&*store, &key).await.settings();
    let after = KeySettings {
        name: KeyName::parse("Renamed").unwrap(),
        ..before.clone()
    };
    change(&*store, &a, &key, &edit(before, after), at(1)).await;
    let session = a.sign_in(&*store, at(2)).await;
    let mut event = a.event(Action::InventoryUpdated, "inventory", at(3));
    event.actor = Actor::Key(key.clone());
    store.end_session(&session, event).await.unwrap();
    let names: Vec<_> = all(&*store, &a, &AuditFilter::default())
        .await
        .into_iter()
        .map(|logged| (logged.actor, logged.subject))
        .collect();
    let address = || Some(a.email.to_string());
    let name = || Some("Renamed".to_owned());
    assert_eq!(
        names,
        [
            (name(), None),
            (address(), address()),
            (address(), name()),
            (address(), name()),
            (address(), None),
        ]
    );

    // An event about a member or key of another account does not reveal their names.
    let session = b.sign_in(&*store, at(4)).await;
    let mut event = b.event(Action::KeyRevoked, key.as_str(), at(4));
    event.actor = Actor::Member(a.owner.clone());
    store.end_session(&session, event).await.unwrap();
    let log = all(&*store, &b, &AuditFilter::default()).await;
    assert_eq!((&log[0].actor, &log[0].subject), (&None, &None));
}

case!(account_lists_only_its_own_members);
async fn account_lists_only_its_own_members(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    for tenant in [&a, &b] {
        let members = store
            .list_members(&tenant.account, None, 100)
            .await
            .unwrap();
        let [member] = members.as_slice() else {
            panic!("{members:?}")
        };
        assert_eq!(
            (&member.id, &member.email, member.role),
            (&tenant.owner, &tenant.email, Role::Owner)
        );
    }
}
