//! Revoking keys.

use super::tenant::Tenant;
use super::world::{Shared, at, just_before, race};
use crate::store::{Action, Ended, KeyRecord, NewRevocation, RevocationRecord};
use domain::{RevokeReason, Timestamp};

pub(super) async fn a_revoked_key_tells_who_when_and_why(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let id = tenant.hold(&*store, "one").await;
    let before = tenant.find(&*store, &id).await;
    let Ended::Revoked(revoked) = tenant.revoke(&*store, &id, at(7)).await else {
        panic!("the key was not revoked")
    };
    let revocation = RevocationRecord {
        at: at(7),
        by: Some(tenant.email.clone()),
        reason: RevokeReason::Leaked,
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
    assert_eq!(again, Ended::AlreadyEnded(revoked));

    // By the API nobody stands behind it but the key's holder.
    let own = tenant.hold(&*store, "two").await;
    let revocation = NewRevocation {
        at: at(9),
        by: None,
        reason: RevokeReason::Other,
    };
    let event = tenant.event(Action::KeyRevoked, own.as_str(), at(9));
    store
        .revoke_key(&tenant.account, &own, revocation, event)
        .await
        .unwrap();
    let revocation = tenant.find(&*store, &own).await.revocation;
    let expected = RevocationRecord {
        at: at(9),
        by: None,
        reason: RevokeReason::Other,
    };
    assert_eq!(revocation, Some(expected));
}

pub(super) async fn a_revocation_is_seen_by_the_next_look_up(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
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

pub(super) async fn of_fifty_racing_revokes_exactly_one_wins(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let id = tenant.hold(&*store, "one").await;
    let events = tenant.events(&*store).await;
    let outcomes = race(50, |number| {
        let (store, tenant, id) = (store.clone(), tenant.clone(), id.clone());
        async move { tenant.revoke(&*store, &id, at(i64::from(number))).await }
    })
    .await;
    let mut winners = outcomes
        .iter()
        .filter(|ended| matches!(ended, Ended::Revoked(_)));
    let Some(Ended::Revoked(winner)) = winners.next() else {
        panic!("nobody revoked the key")
    };
    assert!(winners.next().is_none(), "two revoked the same key");
    let lost = Ended::AlreadyEnded(winner.clone());
    assert_eq!(outcomes.iter().filter(|ended| **ended == lost).count(), 49);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

pub(super) async fn a_key_can_be_revoked_until_the_millisecond_of_its_expiry(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let end = at(100);
    let cases: [(&str, Timestamp, bool); 3] = [
        ("before", just_before(end), true),
        ("at", end, false),
        ("after", at(101), false),
    ];
    for (name, now, revocable) in cases {
        let mut key = tenant.key(name, at(0));
        key.expires_at = Some(end);
        let id = key.id.clone();
        tenant.issue(&*store, key).await;
        let events = tenant.events(&*store).await;
        let ended = tenant.revoke(&*store, &id, now).await;
        assert_eq!(matches!(ended, Ended::Revoked(_)), revocable, "{name}");
        assert_eq!(
            matches!(ended, Ended::AlreadyEnded(_)),
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

pub(super) async fn revoking_what_is_not_there_changes_nothing(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let id = tenant.key("missing", at(0)).id;
    let events = tenant.events(&*store).await;
    assert_eq!(tenant.revoke(&*store, &id, at(1)).await, Ended::Missing);
    assert_eq!(tenant.events(&*store).await, events);
}
