//! Change epochs and node registration: how changes reach the nodes.

use crate::change::{Change, World};
use crate::fixtures::{Shared, at, key_use, race};
use crate::tenant::Tenant;
use domain::AccountId;
use service::key::KeyDigest;
use service::store::{
    Action, AffectedKeys, KeyCallSummary, KeyChange, KeyRecord, NodeId, NodeRecord, Store,
    VerdictChange,
};

fn id(name: &str) -> NodeId {
    NodeId::from_stored(name.to_owned())
}

async fn node(store: &dyn Store, name: &str) -> (NodeId, u64) {
    let id = id(name);
    let number = store.register_node(&id, &[]).await.unwrap().unwrap();
    (id, number)
}

async fn changes(store: &dyn Store, node: &NodeId, after: u64) -> Vec<VerdictChange> {
    let changes = store.verdict_changes(node, after).await.unwrap();
    changes.expect("the node is registered")
}

fn is_of(change: &VerdictChange, digest: &KeyDigest, account: &AccountId) -> bool {
    match &change.of {
        AffectedKeys::Key(key) => key.matches(digest),
        AffectedKeys::Account(of) => of == account,
    }
}

/// Returns everything on which the decision about a call with the key may depend: the record of the
/// key without what no decision reads. A field that is added to the record counts until it is named
/// here.
async fn verdict_inputs(store: &dyn Store, digest: &KeyDigest) -> KeyRecord {
    KeyRecord {
        note: None,
        watched_since: None,
        last_use: None,
        call_summary: KeyCallSummary::default(),
        ..store.find_key_by_digest(digest).await.unwrap().unwrap()
    }
}

/// The changes that are numbered. The service makes each of them through `Node::propagate`,
/// which waits for all nodes, and a change that is added here has to be made like this, too.
const NUMBERED: [Change; 6] = [
    Change::ChangeAccount,
    Change::ChangeKeys,
    Change::ChangeKey,
    Change::RotateKey,
    Change::RevokeKey,
    Change::RevokeAllKeys,
];

case!(every_change_that_affects_a_verdict_gets_a_change_number);
async fn every_change_that_affects_a_verdict_gets_a_change_number(store: Shared) {
    let world = World::build(&*store).await;
    let (node, mut seen) = node(&*store, "n").await;
    for change in Change::ALL {
        let mut keys = Vec::new();
        for key in store.list_keys(&world.tenant.account).await.unwrap() {
            let before = verdict_inputs(&*store, &key.digest).await;
            keys.push((key.digest, before));
        }
        let outcome = change.make(&*store, &world, change.account(&world)).await;
        assert!(outcome.unwrap(), "{change:?}");
        let numbered = changes(&*store, &node, seen).await;
        assert_eq!(
            NUMBERED.contains(&change),
            !numbered.is_empty(),
            "{change:?}: {numbered:?}"
        );
        for (digest, before) in keys {
            let differs = verdict_inputs(&*store, &digest).await != before;
            let is_numbered = numbered
                .iter()
                .any(|change| is_of(change, &digest, &world.tenant.account));
            assert!(is_numbered || !differs, "{change:?} is not told");
        }
        for change in numbered {
            seen += 1;
            assert_eq!(change.number, seen);
        }
    }
}

case!(change_that_affects_no_verdict_gets_no_change_number);
async fn change_that_affects_no_verdict_gets_no_change_number(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let (node, seen) = node(&*store, "n").await;
    let key_and_use = (key.clone(), key_use(at(1), "curl"));
    store.record_uses(&[key_and_use], &[]).await.unwrap();
    store.note_expired(&tenant.account, at(9)).await.unwrap();
    let event = |_: &_, _: &_| tenant.event(Action::KeyEdited, "k", at(2));
    store
        .change_key(&tenant.account, &key, &KeyChange::Watch, at(2), &event)
        .await
        .unwrap();
    assert!(changes(&*store, &node, seen).await.is_empty());
}

case!(concurrent_changes_become_visible_in_the_order_of_their_numbers);
async fn concurrent_changes_become_visible_in_the_order_of_their_numbers(store: Shared) {
    const KEYS: u32 = 30;
    let mut tenants = Vec::new();
    for name in ["a", "b", "c"] {
        let tenant = Tenant::create(&*store, name).await;
        for number in 0..KEYS {
            tenant.issue_key(&*store, &number.to_string()).await;
        }
        tenants.push(tenant);
    }
    let (node, mut seen) = node(&*store, "n").await;
    let until = seen + 3 * u64::from(KEYS);
    let reader = tokio::spawn({
        let store = store.clone();
        async move {
            while seen < until {
                for change in changes(&*store, &node, seen).await {
                    // A change that became visible after one with a greater number would never be
                    // noticed.
                    seen += 1;
                    assert_eq!(change.number, seen, "a number was passed over");
                }
                tokio::task::yield_now().await;
            }
        }
    });
    race(3 * KEYS, |number| {
        let (store, tenant) = (store.clone(), tenants[number as usize % 3].clone());
        let key = tenant.key(&(number / 3).to_string(), at(0)).id;
        async move {
            tenant.revoke(&*store, &key, at(1)).await;
        }
    })
    .await;
    let result = tokio::time::timeout(std::time::Duration::from_secs(20), reader).await;
    result.expect("every change is told").unwrap();
}

case!(node_receives_changes_until_it_is_presumed_dead);
async fn node_receives_changes_until_it_is_presumed_dead(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let (node_id, seen) = node(&*store, "one").await;
    assert!(changes(&*store, &node_id, seen).await.is_empty());
    assert_eq!(store.last_change().await.unwrap(), seen);
    // A node that has seen a greater number than the last one has seen another history of the
    // database, so it has to register again.
    assert!(
        store
            .verdict_changes(&node_id, seen + 1)
            .await
            .unwrap()
            .is_none()
    );
    tenant.revoke(&*store, &key, at(1)).await;
    assert_eq!(changes(&*store, &node_id, seen).await.len(), 1);
    assert_eq!(store.last_change().await.unwrap(), seen + 1);

    store.acknowledge(&node_id, seen + 1).await.unwrap();
    let row = || async {
        let nodes = store.nodes().await.unwrap();
        nodes.into_iter().find(|node| node.id == node_id)
    };
    let alive = row().await.unwrap();
    let expected = NodeRecord {
        id: node_id.clone(),
        acknowledged: seen + 1,
        heartbeats: 1,
        presumed_dead: false,
    };
    assert_eq!(alive, expected);
    // A heartbeat in between keeps the node from being presumed dead.
    store.acknowledge(&node_id, seen + 1).await.unwrap();
    store.mark_node_dead(&alive).await.unwrap();
    assert!(!row().await.unwrap().presumed_dead);

    store.mark_node_dead(&row().await.unwrap()).await.unwrap();
    assert!(row().await.unwrap().presumed_dead);
    assert!(
        store
            .verdict_changes(&node_id, seen)
            .await
            .unwrap()
            .is_none()
    );
    // An acknowledgement of a node that is presumed dead has no effect.
    store.acknowledge(&node_id, seen + 2).await.unwrap();
    assert_eq!(row().await.unwrap().acknowledged, seen + 1);
    store.remove_node(&node_id).await.unwrap();
    assert_eq!(row().await, None);
    assert!(
        store
            .verdict_changes(&node_id, seen)
            .await
            .unwrap()
            .is_none()
    );
    let (_, number) = node(&*store, "again").await;
    assert_eq!(number, seen + 1);
}
