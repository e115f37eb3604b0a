//! Revoking all keys of an account in one change.

use crate::fixtures::{Shared, at, race};
use crate::key_changes::change;
use crate::rotations::rotate;
use crate::tenant::Tenant;
use domain::{KeyId, KeyOrder, KeyStatus, RevokeReason, Timestamp};
use service::store::{
    AccountRevocation, Action, AffectedKeys, AuditEvent, AuditFilter, BulkChange, BulkOutcome,
    ChangeKeyOutcome, KeyChange, KeyFilter, KeyRecord, NodeId, OldKeyExpiry, Receipt,
    RevocationRecord, RevokeKeyOutcome, RevokedWithAll, Revoker, RotateKeyOutcome, Store,
};

async fn revoke_all(
    store: &dyn Store,
    tenant: &Tenant,
    now: Timestamp,
) -> Option<(u32, AccountRevocation)> {
    let event = |_| tenant.event(Action::KeyAllRevoked, tenant.account.as_str(), now);
    let (by, reason) = (&tenant.owner, RevokeReason::Leaked);
    let revoked = store.revoke_all_keys(&tenant.account, now, by, reason, &event);
    revoked.await.unwrap()
}

/// Writes the revocation into the rows of two keys, and returns whether it is written then.
async fn write(store: &dyn Store, tenant: &Tenant, revocation: &AccountRevocation) -> bool {
    let event = |key: RevokedWithAll| -> AuditEvent {
        tenant.event(Action::KeyRevoked, key.id.as_str(), revocation.at)
    };
    let written = store.write_revocation(revocation, 2, &event);
    written.await.unwrap()
}

/// Returns the keys in the order of their ids.
async fn keys(store: &dyn Store, tenant: &Tenant) -> Vec<KeyRecord> {
    let mut keys = store.list_keys(&tenant.account).await.unwrap();
    keys.sort_by(|first, second| first.id.as_str().cmp(second.id.as_str()));
    keys
}

/// Creates an account with an active key, a paused one, one that expires at 10 s, and one that was
/// revoked individually.
async fn four_keys(store: &dyn Store) -> (Tenant, [KeyId; 4]) {
    let tenant = Tenant::create(store, "a").await;
    let mut expired = tenant.key("0", at(0));
    expired.expires_at = Some(at(10));
    let ids = [
        expired.id.clone(),
        tenant.issue_key(store, "1").await,
        tenant.issue_key(store, "2").await,
        tenant.issue_key(store, "3").await,
    ];
    tenant.issue(store, expired).await;
    pause(store, &tenant, &ids[2], at(1)).await;
    tenant.revoke(store, &ids[3], at(2)).await;
    (tenant, ids)
}

async fn pause(store: &dyn Store, tenant: &Tenant, id: &KeyId, now: Timestamp) -> ChangeKeyOutcome {
    change(store, tenant, id, &KeyChange::Pause, now).await
}

async fn node(store: &dyn Store) -> (NodeId, u64) {
    let id = NodeId::from_stored("n".to_owned());
    let seen = store.register_node(&id, &[]).await.unwrap().unwrap();
    (id, seen)
}

case!(one_change_revokes_all_keys_of_an_account);
async fn one_change_revokes_all_keys_of_an_account(store: Shared) {
    let (tenant, _) = four_keys(&*store).await;
    let stranger = Tenant::create(&*store, "b").await;
    stranger.issue_key(&*store, "theirs").await;
    let stranger_keys = keys(&*store, &stranger).await;
    let before = keys(&*store, &tenant).await;
    let events = tenant.events(&*store).await;
    let (node, seen) = node(&*store).await;

    let (number, _) = revoke_all(&*store, &tenant, at(10))
        .await
        .expect("two keys");
    assert_eq!(number, 2);
    let revocation = RevocationRecord {
        at: at(10),
        by: Revoker::Member(tenant.email.clone()),
        reason: RevokeReason::Leaked,
        receipt: None,
    };
    let mut expected = before;
    for key in &mut expected[1..3] {
        key.revocation = Some(revocation.clone());
    }
    assert_eq!(keys(&*store, &tenant).await, expected);
    for key in &expected {
        let found = store.find_key_by_digest(&key.digest).await.unwrap();
        assert_eq!(found.as_ref(), Some(key));
    }
    assert_eq!(keys(&*store, &stranger).await, stranger_keys);

    let changes = store.verdict_changes(&node, seen).await.unwrap().unwrap();
    let [change] = &changes[..] else {
        panic!("{} numbers for one change", changes.len())
    };
    assert!(matches!(&change.of, AffectedKeys::Account(id) if *id == tenant.account));
    let log = store.audit_events(&tenant.account, 1).await.unwrap();
    assert_eq!(log[0].action, Action::KeyAllRevoked);
    assert_eq!(tenant.events(&*store).await, events + 1);

    let live = async |of: &Tenant, limit| {
        store
            .count_live_keys(&of.account, at(10), limit)
            .await
            .unwrap()
    };
    assert_eq!(
        (
            live(&tenant, 9).await,
            live(&stranger, 9).await,
            live(&stranger, 0).await
        ),
        (0, 1, 0)
    );
    assert_eq!(revoke_all(&*store, &tenant, at(11)).await, None);
    assert_eq!(tenant.events(&*store).await, events + 1);
    // The revocation does not affect a key that is created later.
    let newer = tenant.issue_key(&*store, "newer").await;
    assert_eq!(tenant.find(&*store, &newer).await.revocation, None);
    let (number, _) = revoke_all(&*store, &tenant, at(12)).await.expect("one key");
    assert_eq!(number, 1);
    assert_eq!(keys(&*store, &tenant).await[..4], expected);
    let found = tenant.find(&*store, &newer).await.revocation;
    assert_eq!(found.map(|revocation| revocation.at), Some(at(12)));
}

case!(key_counts_as_revoked_before_the_revocation_of_all_keys_reaches_its_row);
async fn key_counts_as_revoked_before_the_revocation_of_all_keys_reaches_its_row(store: Shared) {
    let (tenant, ids) = four_keys(&*store).await;
    revoke_all(&*store, &tenant, at(10))
        .await
        .expect("two keys");
    let events = tenant.events(&*store).await;
    let [_, active, paused, _] = &ids;
    let revoked = tenant.find(&*store, active).await;
    let again = tenant.revoke(&*store, active, at(11)).await;
    assert_eq!(again, RevokeKeyOutcome::AlreadyEnded(Box::new(revoked)));
    assert_eq!(
        pause(&*store, &tenant, active, at(11)).await,
        ChangeKeyOutcome::Ended
    );
    assert_eq!(
        rotate(&*store, &tenant, active, "new", at(11), OldKeyExpiry::Now).await,
        RotateKeyOutcome::Ended
    );
    let event = |_: &KeyRecord| tenant.event(Action::KeyResumed, "key", at(11));
    let resumed = store.change_keys(
        &tenant.account,
        std::slice::from_ref(paused),
        &BulkChange::Resume,
        at(11),
        &event,
    );
    assert_eq!(resumed.await.unwrap(), BulkOutcome::Stale);
    let waiting = store.keys_paused_at(&tenant.account, at(1), at(11), 10);
    assert_eq!(waiting.await.unwrap(), [] as [KeyId; 0]);
    assert_eq!(tenant.events(&*store).await, events);
}

case!(revocation_of_all_keys_is_written_into_each_row_once);
async fn revocation_of_all_keys_is_written_into_each_row_once(store: Shared) {
    let (tenant, _) = four_keys(&*store).await;
    for name in ["4", "5", "6"] {
        tenant.issue_key(&*store, name).await;
    }
    let (number, revocation) = revoke_all(&*store, &tenant, at(10)).await.expect("keys");
    assert_eq!(number, 5);
    let receipt = Receipt {
        nodes: 2,
        acknowledged: 2,
        millis: 7,
    };
    for receipt_candidate in [
        receipt,
        Receipt {
            nodes: 9,
            ..receipt
        },
    ] {
        let receipt_candidate = store
            .keep_receipt_of_all(&revocation, receipt_candidate)
            .await;
        receipt_candidate.expect("the receipt is stored");
    }
    let newer = tenant.issue_key(&*store, "newer").await;
    let before = keys(&*store, &tenant).await;
    let events = tenant.events(&*store).await;
    let (node, seen) = node(&*store).await;
    let unwritten = store.unwritten_revocations(10).await.unwrap();
    assert_eq!(unwritten, std::slice::from_ref(&revocation));

    // Several nodes may write the revocation at the same time.
    race(12, |_| {
        let (store, tenant) = (store.clone(), tenant.clone());
        let revocation = revocation.clone();
        async move { write(&*store, &tenant, &revocation).await }
    })
    .await;
    assert!(write(&*store, &tenant, &revocation).await);
    assert_eq!(store.unwritten_revocations(10).await.unwrap(), []);
    assert_eq!(keys(&*store, &tenant).await, before);
    assert_eq!(tenant.find(&*store, &newer).await.revocation, None);
    assert_eq!(tenant.events(&*store).await, events + 5);
    let changes = store.verdict_changes(&node, seen).await.unwrap().unwrap();
    assert!(
        matches!(&changes[..], [change] if matches!(change.of, AffectedKeys::Account(_))),
        "for nodes of the release before: {changes:?}"
    );

    // Lists find and order keys by their rows.
    for (status, expected) in [
        (KeyStatus::Revoked, 6),
        (KeyStatus::Expired, 1),
        (KeyStatus::Active, 1),
        (KeyStatus::Paused, 0),
    ] {
        let filter = KeyFilter {
            status: Some(status),
            ..KeyFilter::default()
        };
        let counted = store.count_keys(&tenant.account, &filter, KeyOrder::default(), 100);
        assert_eq!(counted.await.unwrap().keys, expected, "{status:?}");
    }
    let everything = AuditFilter::default();
    let log = store.audit_log(&tenant.account, &everything, None, None, 100);
    for logged in log.await.unwrap() {
        let event = logged.event;
        let of_all = matches!(event.action, Action::KeyAllRevoked | Action::KeyRevoked)
            && event.at == at(10);
        let millis = event.detail["receipt"]["millis"].as_u64();
        assert_eq!(millis, of_all.then_some(7), "{:?}", event.action);
    }
    for key in before.iter().filter(|key| key.id != newer) {
        let history = store.history(&tenant.account, key.id.as_str(), 10).await;
        let revoked = history.unwrap();
        let revoked = revoked
            .iter()
            .filter(|signed| signed.event.action == Action::KeyRevoked);
        let expected = usize::from(key.revocation.is_some());
        assert_eq!(revoked.count(), expected, "{}", key.id);
    }
}

case!(revocation_of_all_keys_covers_exactly_the_keys_created_before_it);
async fn revocation_of_all_keys_covers_exactly_the_keys_created_before_it(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    tenant.issue_key(&*store, "first").await;
    race(20, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        async move {
            if number == 10 {
                revoke_all(&*store, &tenant, at(5)).await.expect("keys");
            } else {
                tenant.issue_key(&*store, &number.to_string()).await;
            }
        }
    })
    .await;
    // The newest event comes first.
    let log = store.audit_events(&tenant.account, 100).await.unwrap();
    let mut is_newer = true;
    for event in log {
        match event.action {
            Action::KeyCreated => {
                let id = KeyId::parse(&event.subject).unwrap();
                let record = tenant.find(&*store, &id).await;
                assert_eq!(record.revocation.is_none(), is_newer, "{id}");
            }
            Action::KeyAllRevoked => is_newer = false,
            _ => {}
        }
    }
}
