//! Large bodies share a bounded amount of memory and a few threads, and leave the rest of the
//! server to other requests.

use crate::support::{Key, TestResponse, Text as _, World};
use axum::body::{Body, Bytes};
use futures::channel::mpsc;
use serde_json::json;
use server::BodyLimits;
use service::store::Actor;
use std::convert::Infallible;

const MIB: usize = 1024 * 1024;
const PATH: &str = "/api/inventory";

/// Room for one body of 1 MiB, which counts twice, and a little more.
const SMALL: BodyLimits = BodyLimits {
    memory: 3 * MIB as u64,
    feeds_at_once: 2,
};

/// Returns a feed of about `bytes` bytes.
fn feed(id: &str, bytes: usize) -> String {
    let description = "x".repeat(9_000);
    let item =
        |n: usize| json!({ "id": format!("{id}{n}"), "name": "n", "description": description });
    let items: Vec<_> = (0..bytes / 9_050).map(item).collect();
    json!({ "items": items }).to_string()
}

/// Returns a body of unknown length, and the sender of its pieces.
fn open_body() -> (mpsc::UnboundedSender<Result<Bytes, Infallible>>, Body) {
    let (sender, pieces) = mpsc::unbounded();
    (sender, Body::from_stream(pieces))
}

#[track_caller]
fn assert_refused_for_now(response: &TestResponse) {
    response.refusal(503, "unavailable");
    assert_eq!(response.header("retry-after"), "2");
    response.has("memory");
}

async fn push(key: &Key, body: impl Into<Body>) -> TestResponse {
    let key = key.with("content-type", "application/json");
    key.send("POST", PATH, body).await
}

#[tokio::test]
async fn large_bodies_are_refused_while_their_share_of_the_body_memory_is_in_use() {
    let world = World::new().await.with_body_limits(SMALL);
    let owner = world.owner().await;
    let scopes = ["inventory:write"];
    let key = owner.create("Feed", &scopes).await;
    let second = owner.create("Second", &scopes).await;
    let stranger = world.stranger().await;
    let other = stranger.create("Other", &scopes).await;
    // From here on the key is in the cache, so a request waits for nothing but its body.
    push(&key, feed("small", 60_000)).await.expect(200);
    // 700 KB of the feed have arrived, and the rest has not.
    let slow_feed = feed("slow", 720_000);
    let (first, rest) = slow_feed.split_at(700_000);
    let (sender, body) = open_body();
    let piece = Bytes::from(first.to_owned());
    sender.unbounded_send(Ok(piece)).unwrap();
    let slow = tokio::spawn({
        let key = key.clone();
        async move { push(&key, body).await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    // The slow body has reserved twice 1 MiB.
    let large = feed("large", 300_000);
    assert_refused_for_now(&push(&key, large.clone()).await);
    // With an `Idempotency-Key`, the refusal is not stored.
    let idempotent_key = key
        .with("idempotency-key", "1")
        .with("content-type", "application/json");
    assert_refused_for_now(&idempotent_key.send("POST", PATH, large.clone()).await);
    // A body of up to 64 KiB reserves nothing, and another account has its own share of the memory.
    push(&key, feed("small", 60_000)).await.expect(200);
    push(&other, large.clone()).await.expect(200);
    assert_refused_for_now(&push(&second, feed("second", 600_000)).await);
    sender
        .unbounded_send(Ok(Bytes::from(rest.to_owned())))
        .unwrap();
    drop(sender);
    slow.await.unwrap().expect(200);
    idempotent_key.send("POST", PATH, large).await.expect(200);
    push(&second, feed("second", 600_000)).await.expect(200);
}

#[tokio::test]
async fn uploaded_files_reserve_body_memory_and_release_it() {
    let world = World::new().await.with_body_limits(SMALL);
    let owner = world.owner().await;
    let large = feed("large", 900_000);
    let page = owner.import("cars.json", &large, &[]).await;
    page.expect(200).has("was imported");
    let larger = feed("larger", 4 * MIB);
    let response = owner.import("cars.json", &larger, &[]).await;
    assert_eq!(
        (response.status.as_u16(), response.header("retry-after")),
        (503, "2")
    );
    // Items that are stored already would leave nothing to import.
    let other = feed("other", 900_000);
    let page = owner.import("cars.json", &other, &[]).await;
    assert!(
        page.expect(200).body.contains("was imported"),
        "it was given back"
    );
}

/// Runs on a single-threaded runtime, which also answers everything else: if feeds were read on it,
/// nothing else could be answered.
#[tokio::test(flavor = "current_thread")]
async fn other_calls_are_answered_while_feeds_wait_to_be_read() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let account = world.account_of("Feed").await;
    // Both feed threads are busy with other feeds until this test releases them.
    let mut releases = Vec::new();
    let mut blockers = Vec::new();
    for _ in 0..BodyLimits::default().feeds_at_once {
        let (release, end) = std::sync::mpsc::channel::<()>();
        let feeds = world.state.feeds.clone();
        let account = account.clone();
        releases.push(release);
        blockers.push(tokio::spawn(async move {
            let work = move || end.recv();
            feeds.run(&account, &Actor::System, work).await
        }));
        tokio::task::yield_now().await;
    }
    let mut waiting = Vec::new();
    for kind in ["application/json", "text/csv"] {
        let body = match kind {
            "text/csv" => "id,name\nA,a\n".to_owned(),
            _ => feed("json", 100_000),
        };
        let key = key.with("content-type", kind);
        waiting.push(tokio::spawn(
            async move { key.send("POST", PATH, body).await },
        ));
    }
    let cookie = owner.cookie.clone();
    let member = world.anonymous().with("cookie", cookie);
    waiting.push(tokio::spawn(async move {
        member
            .upload("/inventory/import", "cars.csv", "id,name\nB,b\n", &[])
            .await
    }));
    for _ in 0..50 {
        world.anonymous().get("/healthz").await.expect(200);
        key.get("/api/key").await.expect(200);
        world.clock.advance_seconds(1);
    }
    world.services.node.poll().await.unwrap();
    assert!(waiting.iter().all(|feed| !feed.is_finished()));
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
    drop(releases);
    for work in blockers {
        work.await.unwrap().unwrap().unwrap_err();
    }
    for feed in waiting {
        let status = feed.await.unwrap().status;
        assert!(status == 200 || status == 303, "{status}");
    }
    assert_eq!(world.count("SELECT count(*) FROM items").await, 12);
}
