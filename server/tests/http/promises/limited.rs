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
    let answers: Vec<_> = join_all(calls)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let with = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((with(200), with(429)), (100, CALLS - 100));
    // Each accepted call received a different number of remaining calls.
    let mut left: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.header("ratelimit"))
        .collect();
    left.sort_unstable();
    left.dedup();
    assert_eq!(left.len(), 100);
}
