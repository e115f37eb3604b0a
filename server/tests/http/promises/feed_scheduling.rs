//! Fair scheduling of feeds between accounts.

use crate::support::{Key, World};
use server::BodyLimits;
use service::store::Actor;
use std::sync::mpsc;

/// Feeds of the account that sends many.
const MANY: usize = 24;

async fn push(key: Key, id: String) {
    let key = key.with("content-type", "text/csv");
    let feed = format!("id,name\n{id},A car\n");
    key.send("POST", "/api/inventory", feed).await.expect(200);
}

#[tokio::test(flavor = "current_thread")]
async fn feed_of_another_account_or_key_does_not_wait_for_a_busy_key() {
    let world = World::new().await.with_body_limits(BodyLimits {
        feeds_at_once: 1,
        ..BodyLimits::default()
    });
    let (owner, stranger) = (world.owner().await, world.stranger().await);
    let scopes = ["inventory:write"];
    let busy = owner.create("Busy", &scopes).await;
    let second = owner.create("Second", &scopes).await;
    let calm = stranger.create("Calm", &scopes).await;
    let feeds = &world.state.feeds;

    // A feed of the busy key is being read until this test releases it.
    let account = world.account_of("Busy").await;
    let sender = Actor::Key(domain::KeyId::parse(&busy.id).unwrap());
    let (release, released) = mpsc::channel::<()>();
    let blocker = tokio::spawn({
        let feeds = feeds.clone();
        async move { feeds.run(&account, &sender, move || released.recv()).await }
    });
    let waiting = async |number| {
        while feeds.waiting() < number {
            tokio::task::yield_now().await;
        }
    };
    let many: Vec<_> = (0..MANY)
        .map(|number| tokio::spawn(push(busy.clone(), format!("busy-{number}"))))
        .collect();
    waiting(MANY).await;
    let others = [(second, "second"), (calm, "calm")];
    let others = others.map(|(key, id)| tokio::spawn(push(key, id.into())));
    waiting(MANY + 2).await;

    drop(release);
    for other in others {
        other.await.unwrap();
    }
    let unfinished = many.iter().filter(|feed| !feed.is_finished()).count();
    assert!(
        unfinished > MANY / 2,
        "{unfinished} of {MANY} feeds are left"
    );
    for feed in many {
        feed.await.unwrap();
    }
    blocker.await.unwrap().unwrap().unwrap_err();
    assert_eq!(world.count("SELECT count(*) FROM items").await, 26);
}
