//! A request that starts after a revoke was acknowledged is refused.

use crate::support::World;
use domain::{CreateKeyForm, KeyId, RevokeKeyForm};
use futures::future::join_all;
use service::Client;
use std::net::Ipv4Addr;

/// `TRIALS=10000` for the full proof.
fn trials() -> usize {
    std::env::var("TRIALS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000)
}

/// Four keys at a time, each revoked either by its holder or by a member, while other requests with it are under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_that_starts_after_the_acknowledgement_is_let_in() {
    let world = World::new().await;
    let owner = world.owner().await;
    let member = world
        .service
        .member_of_session(owner.token())
        .await
        .unwrap()
        .unwrap();
    let client = Client::new(Ipv4Addr::LOCALHOST.into(), None);
    let trial = async |number: usize| {
        let form = CreateKeyForm {
            name: format!("Trial {number}"),
            scopes: vec!["inventory:read".into()],
            expires: "7d".into(),
            token: format!("form-token-{number:08}"),
        };
        let issued = world
            .service
            .issue_key(&member, &client, &form)
            .await
            .unwrap();
        let key = world.nobody().with("x-api-key", &issued.secret);
        let (early, ()) = futures::join!(key.get("/api/key"), async {
            if number.is_multiple_of(2) {
                assert!(matches!(key.delete("/api/key").await.status.as_u16(), 204));
            } else {
                let id = KeyId::parse(issued.key.id.as_str()).unwrap();
                let form = RevokeKeyForm {
                    reason: "other".into(),
                    confirm: issued.key.name.to_string(),
                };
                world
                    .service
                    .revoke_key(&member, &client, &id, &form)
                    .await
                    .unwrap();
            }
        });
        // It raced with the revocation: either is right, and nothing else.
        assert!(
            matches!(early.status.as_u16(), 200 | 401),
            "{}",
            early.status
        );
        let late = join_all((0..3).map(|_| key.get("/api/inventory"))).await;
        late.iter()
            .filter(|answer| answer.problem() != (401, "revoked_key".into()))
            .count()
    };
    let mut let_in = 0;
    for first in (0..trials()).step_by(4) {
        let_in += join_all((first..first + 4).map(trial))
            .await
            .into_iter()
            .sum::<usize>();
    }
    assert_eq!(let_in, 0);
}
