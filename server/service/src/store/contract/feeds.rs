//! Feeds that wait for each other.

use super::tenant::Tenant;
use super::world::{Shared, at, item};
use crate::store::{Action, Actor, Upserted};
use domain::KeyId;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

/// Feeds of the account and the key that send many.
const MANY: usize = 8;

/// Sends feeds to a database that stores no items from `hold` until `resume`. The first feeds are many of one key, then there
/// is one of another key of the same account, and one of another account. These two are stored among the first.
///
/// # Panics
/// If they had to wait for the many.
pub async fn feeds_of_other_accounts_and_keys_do_not_wait_for_many<C>(
    store: Shared,
    hold: impl Future<Output = C>,
    resume: impl AsyncFnOnce(C),
) {
    let busy = Tenant::settle(&*store, "busy").await;
    let calm = Tenant::settle(&*store, "calm").await;
    let senders = vec![("many", &busy); MANY];
    let senders = senders.into_iter().chain([("key", &busy), ("calm", &calm)]);
    let order = Arc::new(Mutex::new(Vec::new()));
    let connection = hold.await;
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
                    .upsert_items(account, &sender, &items, None, at(1), &event)
                    .await
            })
        })
        .collect();
    // They take their places in the queue in this order.
    poll_fn(|context| {
        for feed in &mut feeds {
            assert!(feed.as_mut().poll(context).is_pending());
        }
        Poll::Ready(())
    })
    .await;
    let feeds: Vec<_> = feeds.into_iter().map(tokio::spawn).collect();
    resume(connection).await;
    for feed in feeds {
        let stored = feed.await.unwrap().unwrap();
        assert!(matches!(stored, Upserted::Stored(_)));
    }
    let order = order.lock().unwrap();
    // Some feeds were at work already.
    for name in ["key", "calm"] {
        let place = order.iter().position(|one| *one == name);
        assert!(place.unwrap() < MANY - 2, "{order:?}");
    }
}
