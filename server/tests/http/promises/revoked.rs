//! A request that starts after a revocation was acknowledged is refused.

use crate::support::{TestClient, World};
use domain::{CreateKeyForm, RevokeKeyForm};
use futures::future::join_all;
use service::{Client, Member, Services};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Returns how many keys are revoked. The trials differ only in the moment at which the request in
/// flight meets the revocation, and `server/service/src/verdict/model.rs` tries the orders of the
/// steps of the protocol.
fn trials() -> usize {
    std::env::var("TRIALS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10_000)
}

const LANES: usize = 4;

/// One of several sequences of trials that run concurrently.
#[derive(Clone)]
struct Lane {
    services: Arc<Services>,
    member: Member,
    anonymous: TestClient,
}

impl Lane {
    /// Creates a key and revokes it, by its holder or by a member, while a request with it is in
    /// flight. Returns whether a request that starts afterwards is accepted.
    async fn is_accepted_after_revocation(&self, number: usize) -> bool {
        let client = Client::new(Ipv4Addr::LOCALHOST.into(), None);
        let form = CreateKeyForm {
            name: format!("Trial {number}"),
            scopes: vec!["inventory:read".into()],
            expires: "7d".into(),
            token: format!("form-token-{number:08}"),
            ..CreateKeyForm::default()
        };
        let issued = self
            .services
            .keys
            .issue(&self.member, &client, &form)
            .await
            .unwrap();
        // Each key has its own address, which therefore has few failures.
        let [.., high, low] = u32::try_from(number).unwrap().to_be_bytes();
        let anonymous = self.anonymous.with_ip([10, 0, high, low]);
        let key = anonymous.with("x-api-key", issued.secret.expose());
        let (early, ()) = futures::join!(key.get("/api/key"), async {
            if number.is_multiple_of(2) {
                key.delete("/api/key").await.expect(204);
            } else {
                let key = &issued.key.record;
                let (id, confirm) = (&key.id, key.name.to_string());
                let form = RevokeKeyForm {
                    reason: "other".into(),
                    confirm,
                };
                self.services
                    .keys
                    .revoke(&self.member, &client, id, &form)
                    .await
                    .unwrap();
            }
        });
        // This request raced with the revocation, so either outcome is right, and nothing else.
        assert!(
            matches!(early.status.as_u16(), 200 | 401),
            "{}",
            early.status
        );
        let late = key.get("/api/inventory").await;
        late.status != 401 || late.problem().1 != "revoked_key"
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_accepted_if_it_starts_after_an_acknowledged_revocation() {
    let (world, owner) = World::with_owner().await;
    let member = world
        .services
        .sessions
        .member_without_renewal(owner.token())
        .await
        .unwrap()
        .unwrap();
    let lane = Lane {
        services: world.services.clone(),
        member,
        anonymous: world.anonymous(),
    };
    let trials = trials();
    let lanes = (0..LANES).map(|first| {
        let lane = lane.clone();
        tokio::spawn(async move {
            let mut accepted = 0;
            for number in (first..trials).step_by(LANES) {
                accepted += usize::from(lane.is_accepted_after_revocation(number).await);
            }
            accepted
        })
    });
    let accepted: usize = join_all(lanes).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(accepted, 0);
    assert_eq!(
        world
            .count("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL")
            .await,
        0
    );
}
