//! Fair queueing of feeds between accounts and their senders.

use crate::fixtures::{Shared, at, item};
use crate::tenant::Tenant;
use domain::KeyId;
use service::store::{Action, Actor, FeedConditions, UpsertOutcome};
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

/// Number of feeds from one key of the busy account.
const BUSY_FEEDS: usize = 8;

/// Sends feeds to a database that stores no items from `stop_writes` until `resume_writes`: first
/// many feeds of one key, then one of another key of the same account, and one of another account.
/// The last two are stored among the first.
///
/// # Panics
/// If these two had to wait for all of the others.
pub async fn feeds_of_other_accounts_and_keys_do_not_wait_for_many<C>(
    store: Shared,
    stop_writes: impl Future<Output = C>,
    resume_writes: impl AsyncFnOnce(C),
) {
    let busy = Tenant::create(&*store, "busy").await;
    let other = Tenant::create(&*store, "calm").await;
    let senders = vec![("many", &busy); BUSY_FEEDS];
    let senders = senders
        .into_iter()
        .chain([("key", &busy), ("calm", &other)]);
    let order = Arc::new(Mutex::new(Vec::new()));
    let connection = stop_writes.await;
    let mut feeds: Vec<_> = senders
        .enumerate()
        .map(|(number, (name, tenant))| {
            let (store, tenant, order) = (store.clone(), tenant.clone(), order.clone());
            Box::pin(async move {
                let sender = Actor::Key(KeyId::parse(name).unwrap());
                let items = [item(&format!("{name}-{number}"))];
                let event = |_| {
                    order.lock().unwrap().push(name);
                    tenant.event(Action::InventoryUpdated, "inventory", at(1))
                };
                let account = &tenant.account;
                store
                    .upsert_items(
                        account,
                        &sender,
                        &items,
                        FeedConditions::default(),
                        at(1),
                        &event,
                    )
                    .await
            })
        })
        .collect();
    // Polling the feeds once queues them in this order.
    poll_fn(|context| {
        for feed in &mut feeds {
            assert!(feed.as_mut().poll(context).is_pending());
        }
        Poll::Ready(())
    })
    .await;
    let feeds: Vec<_> = feeds.into_iter().map(tokio::spawn).collect();
    resume_writes(connection).await;
    for feed in feeds {
        let stored = feed.await.unwrap().unwrap();
        assert!(matches!(stored, UpsertOutcome::Stored(_)));
    }
    let order = order.lock().unwrap();
    // Some of the first feeds were already being stored.
    for name in ["key", "calm"] {
        let index = order.iter().position(|sender| *sender == name);
        assert!(index.unwrap() < BUSY_FEEDS - 2, "{order:?}");
    }
}
