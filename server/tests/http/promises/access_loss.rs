//! Long-running responses end when the member who requested them loses access.

use crate::support::{Member, PASSWORD, World};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::time::timeout;

/// Enough for many pieces of a file.
const EVENTS: usize = 10_000;
const BOB: &str = "bob@example.com";

/// Ways in which a member loses access.
#[derive(Debug, Clone, Copy)]
enum AccessLoss {
    SignOut,
    SignedOutElsewhere,
    SignedOutByOwner,
    Deactivation,
    PasswordChange,
    PasswordReset,
}

impl AccessLoss {
    const ALL: [Self; 6] = [
        Self::SignOut,
        Self::SignedOutElsewhere,
        Self::SignedOutByOwner,
        Self::Deactivation,
        Self::PasswordChange,
        Self::PasswordReset,
    ];

    async fn apply(self, world: &World, owner: &Member, bob: &Member) {
        match self {
            Self::SignOut => {
                bob.form("/sign-out", &[]).await.expect(303);
            }
            Self::SignedOutElsewhere => {
                let other_session = world.sign_in(BOB).await;
                let others = [("end", "others")];
                other_session
                    .form("/account/sessions", &others)
                    .await
                    .expect(303);
            }
            Self::SignedOutByOwner => {
                let path = format!("/team/{}/sessions", world.member_id(BOB).await);
                owner.form(&path, &[("end", "all")]).await.expect(303);
            }
            Self::Deactivation => {
                let path = format!("/team/{}/deactivate", world.member_id(BOB).await);
                owner.form(&path, &[]).await.expect(303);
            }
            Self::PasswordChange => {
                let other_session = world.sign_in(BOB).await;
                let new = "another horse battery";
                let fields = [("old_password", PASSWORD), ("password", new)];
                other_session
                    .form("/account/password", &fields)
                    .await
                    .expect(303);
            }
            Self::PasswordReset => {
                let path = world.reset_link(BOB).await;
                let fields = [("password", "another horse battery")];
                world.anonymous().form(&path, &fields).await.expect(303);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_and_event_streams_end_when_their_member_loses_access() {
    for loss in AccessLoss::ALL {
        let (world, owner) = World::with_owner().await;
        let bob = world.join(&owner, BOB, "admin").await;
        world
            .sql(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
                 INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail)
                 SELECT account_id, at, actor_kind, actor_id, 'key.edited', 'key-' || n.n, ip, 'agent', '{}'
                 FROM n, (SELECT * FROM audit_events LIMIT 1)",
            )
            .await;
        world
            .sql(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
                 INSERT INTO items (account_id, id, name, available, attributes, updated_at, search, revision)
                 SELECT (SELECT id FROM accounts), 'item-' || n, 'Item', 1, '{}', 0, 'item', 1 FROM n",
            )
            .await;
        world
            .sql(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
                 INSERT INTO leads (account_id, id, change_number, phone, status, created_at, updated_at)
                 SELECT (SELECT id FROM accounts), 'lead-' || n, n, '555', 'new', 0, 0 FROM n",
            )
            .await;
        let mut streams = Vec::new();
        for path in [
            "/audit/log.csv",
            "/audit/log.jsonl",
            "/inventory/export.csv",
            "/inventory/export.jsonl",
            "/leads/export.csv",
            "/leads/export.jsonl",
            "/keys/events",
        ] {
            let response = bob.open(path).await;
            assert_eq!(response.status(), 200, "{path}");
            let mut body = response.into_body();
            body.frame().await.unwrap().unwrap();
            streams.push((path, body));
        }
        // The owner's file and stream are not affected.
        let mut owner_stream = owner.open("/audit/log.jsonl").await.into_body();
        owner_stream.frame().await.unwrap().unwrap();

        loss.apply(&world, &owner, &bob).await;
        for (path, mut body) in streams {
            // A file breaks off, so that it does not look complete.
            let rest = timeout(Duration::from_secs(30), body.frame()).await;
            match rest.expect("the stream ends") {
                None => assert_eq!(path, "/keys/events", "{loss:?}: the file looks complete"),
                Some(Err(_)) => assert_ne!(path, "/keys/events", "{loss:?}"),
                Some(Ok(frame)) => panic!("{loss:?}, {path}: {frame:?}"),
            }
        }
        let rest = owner_stream
            .collect()
            .await
            .expect("the file is complete")
            .to_bytes();
        let lines = String::from_utf8_lossy(&rest).lines().count();
        assert!(lines > EVENTS / 2, "{loss:?}: {lines} lines");
    }
}
