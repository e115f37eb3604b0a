//! Replacement of the installation's pepper.

use crate::factors::factor;
use crate::fixtures::{Shared, at, token};
use crate::rotations::rotation;
use crate::tenant::Tenant;
use service::PepperId;
use service::key::KeyDigest;
use service::store::{
    Action, AffectedKeys, InsertKeyOutcome, KeyRecord, NewFactor, NodeId, OldKeyExpiry, PepperNeed,
    ResealedFactor, StoreError,
};

/// The pepper under which the keys of [`Tenant`] are stored, and another one.
const OLD: &str = "0123456789abcdef";
const NEW: &str = "fedcba9876543210";

/// Returns the fingerprint and the id of a pepper.
fn pepper(id: &str) -> (String, PepperId) {
    let fingerprint = format!("{id}{}", "0".repeat(48));
    (fingerprint, PepperId::parse(id).unwrap())
}

case!(pepper_changes_only_when_every_node_accepts_the_new_one);
async fn pepper_changes_only_when_every_node_accepts_the_new_one(store: Shared) {
    let (old, new) = (pepper(OLD), pepper(NEW));
    store.set_pepper_fingerprint(&old.0).await.unwrap();
    let (one, two) = (
        NodeId::from_stored("one".to_owned()),
        NodeId::from_stored("two".to_owned()),
    );
    let (old_id, new_id) = (old.1.clone(), new.1.clone());
    let register = async |node: &NodeId, accepted: &[PepperId]| {
        let registered = store.register_node(node, accepted).await.unwrap();
        registered.is_some()
    };
    assert!(register(&one, std::slice::from_ref(&old_id)).await);
    assert!(register(&two, &[new_id.clone(), old_id.clone()]).await);
    assert!(!store.change_pepper(&old, &new).await.unwrap());
    let stored = store.pepper_fingerprint().await.unwrap();
    assert_eq!(stored.as_ref(), Some(&old.0));

    store.remove_node(&one).await.unwrap();
    assert!(store.change_pepper(&old, &new).await.unwrap());
    let stored = store.pepper_fingerprint().await.unwrap();
    assert_eq!(stored.as_ref(), Some(&new.0));
    assert!(store.change_pepper(&old, &new).await.unwrap(), "it is done");
    let third = pepper("00000000000000aa");
    assert!(!store.change_pepper(&old, &third).await.unwrap());

    // A node that does not accept the new pepper can no longer register.
    assert!(!register(&one, &[old_id]).await);
    assert!(register(&one, &[new_id]).await);
}

case!(rehashed_key_is_found_by_its_new_digest_and_every_node_is_notified);
async fn rehashed_key_is_found_by_its_new_digest_and_every_node_is_notified(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let other = tenant.issue_key(&*store, "two").await;
    let before = tenant.find(&*store, &id).await;
    let (old, new) = (before.digest, KeyDigest::from_bytes([9; 32]));
    let node = NodeId::from_stored("node".to_owned());
    let seen = store.register_node(&node, &[]).await.unwrap().unwrap();
    let current = PepperId::parse(NEW).unwrap();
    let unknown = (
        KeyDigest::from_bytes([8; 32]),
        KeyDigest::from_bytes([7; 32]),
    );
    let events = tenant.events(&*store).await;
    store
        .rehash_keys(&[(old, new), unknown], &current)
        .await
        .unwrap();

    assert!(store.find_key_by_digest(&old).await.unwrap().is_none());
    let mut found = store.find_key_by_digest(&new).await.unwrap().unwrap();
    let either = store.find_key_by_either(&[new, old]).await.unwrap();
    assert_eq!(either.as_ref(), Some(&found));
    found.digest = old;
    assert_eq!(found, before, "only the digest is another one");
    assert_eq!(tenant.events(&*store).await, events);
    let changes = store.verdict_changes(&node, seen).await.unwrap().unwrap();
    let [change] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    // The change names the old digest, under which nodes hold the key in memory.
    assert!(matches!(&change.of, AffectedKeys::Key(digest) if *digest == old));

    let need = store.pepper_need(&current, &current, at(10)).await.unwrap();
    assert_eq!((need.keys, need.factors, need.recovery_codes), (1, 0, 0));
    let old_id = PepperId::parse(OLD).unwrap();
    let need = store.pepper_need(&current, &old_id, at(10)).await;
    assert_eq!(need.unwrap(), PepperNeed::default());
    tenant.revoke(&*store, &other, at(10)).await;
    let need = store.pepper_need(&current, &current, at(10)).await.unwrap();
    assert_eq!(need, PepperNeed::default(), "a revoked key needs none");
}

case!(second_factor_is_reencrypted_unless_its_secret_changed_since_it_was_read);
async fn second_factor_is_reencrypted_unless_its_secret_changed_since_it_was_read(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (old, new) = (pepper(OLD), pepper(NEW));
    let event = tenant.event(Action::FactorEnabled, "owner", at(0));
    let none = token("no session");
    let enabled = store.enable_second_factor(&tenant.owner, &none, factor(), at(0), event);
    assert!(enabled.await.unwrap());
    let need = async || store.pepper_need(&new.1, &new.1, at(1)).await.unwrap();
    let counted = need().await;
    assert_eq!((counted.factors, counted.recovery_codes), (1, 2));
    let found = store.factors_to_reseal(&new.1, None, 10).await.unwrap();
    assert_eq!(found, [(tenant.owner.clone(), vec![1, 2, 3])]);
    let after = store
        .factors_to_reseal(&new.1, Some(&tenant.owner), 10)
        .await;
    assert_eq!(after.unwrap(), []);
    let none = store.factors_to_reseal(&old.1, None, 10).await.unwrap();
    assert_eq!(none, []);

    // The secret was replaced since it was read, so nothing is stored.
    let mut factor = ResealedFactor {
        member: tenant.owner.clone(),
        from: vec![3, 2, 1],
        to: vec![4, 5, 6],
    };
    store.reseal_factor(&factor, &new.1).await.unwrap();
    assert_eq!(need().await.factors, 1);
    factor.from = vec![1, 2, 3];
    store.reseal_factor(&factor, &new.1).await.unwrap();
    let stored = store.second_factor(&tenant.owner).await.unwrap().unwrap();
    assert_eq!(stored.sealed, [4, 5, 6]);
    let counted = need().await;
    assert_eq!((counted.factors, counted.recovery_codes), (0, 2));
}

case!(writes_under_a_replaced_pepper_are_refused);
async fn writes_under_a_replaced_pepper_are_refused(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (old, new) = (pepper(OLD), pepper(NEW));
    store.set_pepper_fingerprint(&old.0).await.unwrap();
    let before = tenant.issue_key(&*store, "before").await;
    assert!(store.change_pepper(&old, &new).await.unwrap());

    // Such attempts could come from a node that was suspended during the change.
    let events = tenant.events(&*store).await;
    let mut key = tenant.key("after", at(1));
    let event = || tenant.event(Action::KeyCreated, "key", at(1));
    let refused = store.insert_key(key.clone(), event()).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    let rotation = rotation(&tenant, "after", at(1), OldKeyExpiry::Now);
    let rotated = |_: &KeyRecord, _: &KeyRecord| [event(), event()];
    let account = &tenant.account;
    let refused = store.rotate_key(account, &before, rotation, &rotated).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    let none = token("no session");
    let enable = async |factor: NewFactor| {
        let member = &tenant.owner;
        let enabled = store.enable_second_factor(member, &none, factor, at(1), event());
        enabled.await
    };
    let refused = enable(factor()).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(tenant.events(&*store).await, events);
    assert_eq!(store.list_keys(account).await.unwrap().len(), 1);
    assert_eq!(store.second_factor(&tenant.owner).await.unwrap(), None);

    key.pepper_id = new.1.clone();
    let created = store.insert_key(key, event()).await.unwrap();
    assert!(
        matches!(created, InsertKeyOutcome::Created(_)),
        "{created:?}"
    );
    let mut factor = factor();
    factor.pepper_id = new.1;
    assert!(enable(factor).await.unwrap());
}
