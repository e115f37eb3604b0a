//! The response to a repeated request if the first response is late or lost, or was never produced.

use super::{CLAIMS, PATH, PUSHES, feed, sender, single_item_feed, with_idempotency_key};
use crate::support::{Key, World};
use domain::seconds::DAY;
use futures::future::join_all;
use serde_json::{Value, json};

const STORED_RESPONSES: &str = "SELECT count(*) FROM idempotent_requests WHERE status IS NOT NULL";

/// A feed that takes long enough to be repeated while it is being processed.
fn large_feed() -> Value {
    let item = |n| json!({ "id": format!("N{n}"), "name": "n", "description": "x".repeat(300) });
    feed((0..5_000).map(item).collect::<Vec<_>>())
}

async fn wait_until(world: &World, statement: &'static str, count: i64) {
    while world.count(statement).await != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_request_conflicts_while_the_first_is_in_progress() {
    let world = World::new().await;
    let key = sender(&world).await;
    let body = large_feed();
    let first = tokio::spawn({
        let (key, body) = (key.clone(), body.clone());
        async move { key.post(PATH, &body).await }
    });
    wait_until(&world, CLAIMS, 1).await;
    let another = single_item_feed("A");
    let (same, other) = tokio::join!(key.post(PATH, &body), key.post(PATH, &another));
    assert!(
        !first.is_finished(),
        "it was done too soon to be in the way"
    );
    same.refusal(409, "conflict");
    assert_eq!(same.header("retry-after"), "2");
    assert_eq!(other.problem().1, "idempotency_key_reused");
    let first = first.await.unwrap().expect(200);
    let replay = key.post(PATH, &body).await.expect(200);
    assert_eq!(replay.body, first.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn response_is_stored_for_a_client_that_disconnects() {
    let world = World::new().await;
    let key = sender(&world).await;
    let first = tokio::spawn({
        let key = key.clone();
        async move { key.post(PATH, &large_feed()).await }
    });
    wait_until(&world, CLAIMS, 1).await;
    first.abort();
    assert!(first.await.is_err(), "it was answered before");
    wait_until(&world, STORED_RESPONSES, 1).await;
    let response = key.post(PATH, &large_feed()).await.expect(200);
    assert_eq!(response.header("idempotency-replayed"), "true");
    assert_eq!(response.json()["created"], 5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_many_concurrent_requests_is_carried_out() {
    let world = World::new().await;
    let key = sender(&world).await;
    let requests = (0..20).map(|_| {
        let key = key.clone();
        tokio::spawn(async move { key.post(PATH, &single_item_feed("A")).await })
    });
    let responses: Vec<_> = join_all(requests)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let executed = responses.iter().filter(|response| {
        response.status == 200 && response.header("idempotency-replayed").is_empty()
    });
    assert_eq!(executed.count(), 1);
    assert!(
        responses
            .iter()
            .all(|response| match response.status.as_u16() {
                200 => response.json()["created"] == 1,
                status => status == 409,
            })
    );
    assert_eq!(world.count(PUSHES).await, 1);
}

#[tokio::test]
async fn stored_responses_survive_a_restart() {
    let (world, key) = World::with_key().await;
    let first = with_idempotency_key(&key, "a")
        .post(PATH, &single_item_feed("A"))
        .await
        .expect(200);
    let Key { secret, .. } = &key;
    let world = world.restart().await;
    let key = with_idempotency_key(&world.anonymous().with("x-api-key", secret), "a");
    let replay = key.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(
        (replay.header("idempotency-replayed"), replay.body.as_str()),
        ("true", first.body.as_str())
    );
}

/// Simulates a node that died after its claim and before its change.
const ABANDON_REQUESTS: &str =
    "UPDATE idempotent_requests SET status = NULL, headers = NULL, body = NULL";

#[tokio::test]
async fn request_of_a_dead_node_conflicts_until_its_lease_expires_and_is_then_carried_out() {
    let world = World::new().await;
    let key = sender(&world).await;
    key.post(PATH, &single_item_feed("A")).await.expect(200);
    world.sql("DELETE FROM items").await;
    world.sql(ABANDON_REQUESTS).await;
    world.clock.advance_seconds(119);
    let response = key.post(PATH, &single_item_feed("A")).await;
    response.refusal(409, "conflict");
    assert_eq!(response.header("retry-after"), "2");
    let other = key.post(PATH, &single_item_feed("B")).await;
    assert_eq!(other.problem().1, "idempotency_key_reused");
    world.clock.advance_seconds(1);
    let response = key.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(response.header("idempotency-replayed"), "");
    assert_eq!(response.json()["created"], 1);
    let replay = key.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.body, response.body);
}

#[tokio::test]
async fn claim_of_an_earlier_version_conflicts_until_it_expires() {
    let world = World::new().await;
    let key = sender(&world).await;
    key.post(PATH, &single_item_feed("A")).await.expect(200);
    world.sql(ABANDON_REQUESTS).await;
    world
        .sql("UPDATE idempotent_requests SET attempt = NULL, lapses_at = NULL")
        .await;
    world.clock.advance_seconds(DAY - 1);
    let response = key.post(PATH, &single_item_feed("A")).await;
    response.refusal(409, "conflict");
    world.clock.advance_seconds(1);
    key.post(PATH, &single_item_feed("A")).await.expect(200);
}

#[tokio::test]
async fn change_is_not_committed_if_its_response_cannot_be_stored() {
    let world = World::new().await;
    let key = sender(&world).await;
    world
        .sql(
            "CREATE TRIGGER fault BEFORE UPDATE ON idempotent_requests WHEN NEW.status IS NOT NULL
             BEGIN SELECT RAISE(ABORT, 'fault'); END",
        )
        .await;
    key.post(PATH, &single_item_feed("A")).await.expect(500);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
    assert_eq!(world.count(PUSHES).await, 0);
    world.sql("DROP TRIGGER fault").await;
    let response = key.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(response.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn failed_or_rate_limited_request_can_be_retried_with_its_idempotency_key() {
    let world = World::new().await;
    let key = sender(&world).await;
    world
        .sql("CREATE TRIGGER fault BEFORE INSERT ON items BEGIN SELECT RAISE(ABORT, 'fault'); END")
        .await;
    key.post(PATH, &single_item_feed("A")).await.expect(500);
    assert_eq!(world.count(CLAIMS).await, 0);
    world.sql("DROP TRIGGER fault").await;
    for _ in 0..99 {
        key.get("/api/key").await.expect(200);
    }
    key.post(PATH, &single_item_feed("A")).await.expect(429);
    world.clock.advance_seconds(1);
    let response = key.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(response.header("idempotency-replayed"), "");
}
