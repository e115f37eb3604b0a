//! Each change is committed together with its audit event, or not at all.

use crate::change::{Change, World};
use crate::fixtures::{Shared, at, member_by_email};
use crate::tenant::Tenant;
use domain::{AccountId, KeyId};
use serde_json::json;
use service::store::{Action, Actor, AuditEvent};
use std::net::{IpAddr, Ipv6Addr};

/// Returns the id of an account that does not exist, so that no event can be recorded in it.
fn nowhere() -> AccountId {
    AccountId::parse("no-such-account").unwrap()
}

case!(every_change_records_its_audit_events);
async fn every_change_records_its_audit_events(store: Shared) {
    let world = World::build(&*store).await;
    for change in Change::ALL {
        let account = change.account(&world);
        let before = store.audit_events(account, 1_000).await.unwrap();
        let snapshot = world.snapshot(&*store).await;
        assert!(
            change.make(&*store, &world, account).await.unwrap(),
            "{change:?}"
        );
        let after = store.audit_events(account, 1_000).await.unwrap();
        let events = change.events();
        assert_eq!(after.len(), before.len() + events, "{change:?}");
        assert_eq!(after[events..], before, "{change:?} altered an older event");
        assert_ne!(world.snapshot(&*store).await, snapshot, "{change:?}");
    }
}

case!(change_is_rolled_back_if_its_audit_event_cannot_be_recorded);
async fn change_is_rolled_back_if_its_audit_event_cannot_be_recorded(store: Shared) {
    let world = World::build(&*store).await;
    let before = world.snapshot(&*store).await;
    for change in Change::ALL {
        let outcome = change.make(&*store, &world, &nowhere()).await;
        assert!(outcome.is_err(), "{change:?} was made without its event");
        assert_eq!(
            world.snapshot(&*store).await,
            before,
            "{change:?} left something"
        );
    }
}

case!(first_owner_is_rolled_back_if_the_audit_event_cannot_be_recorded);
async fn first_owner_is_rolled_back_if_the_audit_event_cannot_be_recorded(store: Shared) {
    let tenant = Tenant::named("a");
    let event = AuditEvent {
        account_id: nowhere(),
        ..tenant.event(Action::AccountCreated, "subject", at(0))
    };
    assert!(
        store
            .seed_owner(tenant.as_owner(), at(0), event)
            .await
            .is_err()
    );
    assert!(!store.has_owner().await.unwrap());
    assert_eq!(member_by_email(&*store, &tenant.email).await, None);
    assert!(
        tenant.seed(&*store).await,
        "the account's id was not left behind"
    );
}

case!(audit_events_read_back_unchanged_and_newest_first);
async fn audit_events_read_back_unchanged_and_newest_first(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let actors = [
        Actor::System,
        Actor::Key(KeyId::parse("key-1").unwrap()),
        Actor::Member(tenant.owner.clone()),
    ];
    let ips = [
        None,
        Some(IpAddr::from([203, 0, 113, 9])),
        Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    let mut expected = Vec::new();
    for (number, action) in Action::ALL.into_iter().enumerate() {
        // All events have the same time, so that only the order of the changes determines the order
        // of the log.
        let mut event = tenant.event(action, &format!("subject {number}"), at(5));
        event.actor = actors[number % 3].clone();
        event.ip = ips[number % 3];
        event.user_agent = (number % 2 == 0).then(|| format!("agent {number}"));
        event.request_id = (number % 2 == 1).then(|| format!("request {number}"));
        event.detail =
            json!({ "number": number, "text": "“é”", "none": null, "list": [1.5, true] });
        let session = tenant
            .sign_in(&*store, at(i64::try_from(number).unwrap()))
            .await;
        store.end_session(&session, event.clone()).await.unwrap();
        expected.insert(0, event);
    }
    let events_now = store.audit_events(&tenant.account, 1_000).await.unwrap();
    let sign_ins = |event: &AuditEvent| event.user_agent.as_deref() == Some("contract");
    let events_now: Vec<_> = events_now
        .into_iter()
        .filter(|event| !sign_ins(event))
        .collect();
    assert_eq!(events_now, expected);
    assert_eq!(
        store.audit_events(&tenant.account, 3).await.unwrap().len(),
        3
    );
    assert_eq!(store.audit_events(&tenant.account, 0).await.unwrap(), []);
}
