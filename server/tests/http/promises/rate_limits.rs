//! Rate limits are exact on one node.

use crate::support::World;
use futures::future::join_all;

/// The number that the promise names.
const CALLS: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_calls_are_accepted_exactly_up_to_the_burst_size() {
    // The world's clock does not advance, so nothing is refilled.
    let (_world, key) = World::with_key().await;
    let calls = (0..CALLS).map(|_| {
        let key = key.clone();
        tokio::spawn(async move { key.get("/api/key").await })
    });
    let responses: Vec<_> = join_all(calls)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let with = |status: u16| {
        responses
            .iter()
            .filter(|response| response.status == status)
            .count()
    };
    assert_eq!((with(200), with(429)), (100, CALLS - 100));
    // Each accepted call received a different number of remaining calls.
    let mut remaining: Vec<_> = responses
        .iter()
        .filter(|response| response.status == 200)
        .map(|response| response.header("ratelimit"))
        .collect();
    remaining.sort_unstable();
    remaining.dedup();
    assert_eq!(remaining.len(), 100);
}
