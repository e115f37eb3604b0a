//! However much one key sends, keys are verified and revoked meanwhile.

use crate::support::World;
use serde_json::{Value, json};

/// Large enough that four feeds take longer than a call waits for the writer.
const ITEMS: usize = 5_000;

fn feed(round: usize) -> Value {
    let items: Vec<_> = (0..ITEMS)
        .map(|n| json!({ "id": format!("N{n}"), "name": format!("Round {round}"), "description": "x".repeat(300) }))
        .collect();
    json!({ "items": items })
}

#[tokio::test(flavor = "multi_thread")]
async fn key_can_be_revoked_while_feeds_queue_up() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let feeds: Vec<_> = (0..6)
        .map(|round| {
            let key = key.clone();
            tokio::spawn(async move { key.post("/api/inventory", &feed(round)).await.status })
        })
        .collect();
    // The first of them is being processed by now.
    while world.count("SELECT count(*) FROM items").await == 0 {
        tokio::task::yield_now().await;
    }
    let form = json!({ "reason": "leaked", "confirm": "Feed" });
    let response = owner
        .call("keys/revoke", &json!({ "id": key.id, "form": form }))
        .await
        .expect(200);
    assert_eq!(
        response.json()["Ok"]["status"],
        "revoked",
        "{}",
        response.body
    );
    assert!(
        feeds.iter().any(|feed| !feed.is_finished()),
        "the feeds were over too soon to be in the way"
    );
    for feed in feeds {
        // Accepted before the revocation, or refused after it.
        assert!(matches!(feed.await.unwrap().as_u16(), 200 | 401 | 503));
    }
    key.get("/api/key").await.refusal(401, "revoked_key");
}
