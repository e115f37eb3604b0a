//! The decision table of `X-API-Key`.

use crate::support::{Key, TestClient, World};
use domain::seconds::DAY;

/// Returns the refusal that a client receives at `/api/key`.
async fn refusal(http: &TestClient) -> (u16, String) {
    http.get("/api/key").await.problem()
}

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A well-formed key with a valid checksum that does not exist.
const UNKNOWN: &str = "vx_00000000000000000000000000000000000000000003Ekpv5";

#[tokio::test]
async fn key_is_accepted_from_either_header_and_from_both_if_they_agree() {
    let world = World::new().await;
    let Key { secret, .. } = world.key().await;
    let anonymous = world.anonymous();
    let bearer = format!("Bearer {secret}");
    let padded = format!(" \t{secret} ");
    anonymous
        .with("x-api-key", &secret)
        .get("/api/key")
        .await
        .expect(200);
    anonymous
        .with("X-API-KEY", &padded)
        .get("/api/key")
        .await
        .expect(200);
    anonymous
        .with("authorization", &bearer)
        .get("/api/key")
        .await
        .expect(200);
    anonymous
        .with("authorization", format!("bearer  {secret}"))
        .get("/api/key")
        .await
        .expect(200);
    let both = anonymous
        .with("x-api-key", &secret)
        .with("authorization", &bearer);
    both.get("/api/key").await.expect(200);
}

#[tokio::test]
async fn other_credentials_in_authorization_are_ignored() {
    let (world, key) = World::with_key().await;
    for other in [
        "Basic dXNlcjpwYXNz",
        "Bearer eyJhbGciOi",
        "Digest x",
        "Bearer",
    ] {
        key.with("authorization", other)
            .get("/api/key")
            .await
            .expect(200);
        assert_eq!(
            refusal(&world.anonymous().with("authorization", other)).await,
            problem(401, "missing_key"),
            "{other}"
        );
    }
}

#[tokio::test]
async fn more_than_one_key_is_ambiguous_even_if_the_keys_are_equal_or_malformed() {
    let (world, key) = World::with_key().await;
    let ambiguous = problem(400, "ambiguous_credentials");
    assert_eq!(
        refusal(&key.with("x-api-key", &key.secret)).await,
        ambiguous,
        "two equal lines"
    );
    assert_eq!(
        refusal(&key.with("x-api-key", UNKNOWN)).await,
        ambiguous,
        "two lines"
    );
    assert_eq!(
        refusal(&key.with("x-api-key", "")).await,
        ambiguous,
        "one of them empty"
    );
    let other = key.with("authorization", format!("Bearer {UNKNOWN}"));
    assert_eq!(refusal(&other).await, ambiguous, "two headers");
    let nonsense = world.anonymous().with("x-api-key", "nonsense");
    let nonsense = nonsense.with("authorization", format!("Bearer {}", key.secret));
    assert_eq!(refusal(&nonsense).await, ambiguous, "one of them malformed");
}

#[tokio::test]
async fn missing_key_refusal_names_the_header() {
    let world = World::new().await;
    for client in [
        world.anonymous(),
        world.anonymous().with("x-api-key", " \t "),
    ] {
        let response = client.get("/api/key").await;
        assert_eq!(response.problem(), problem(401, "missing_key"));
        assert!(
            response.json()["detail"]
                .as_str()
                .unwrap()
                .contains("`X-API-Key`")
        );
    }
}

#[tokio::test]
async fn key_in_the_url_is_ignored() {
    let (world, key) = World::with_key().await;
    let path = format!("/api/key?api_key={0}&X-API-Key={0}", key.secret);
    assert_eq!(
        world.anonymous().get(&path).await.problem(),
        problem(401, "missing_key")
    );
}

#[tokio::test]
async fn damaged_key_is_malformed_and_unknown_key_is_invalid() {
    let (world, key) = World::with_key().await;
    let malformed = problem(401, "malformed_key");
    let refusal_of =
        async |value: &[u8]| refusal(&world.anonymous().with("x-api-key", value)).await;
    for position in 0..52 {
        let mut bytes = key.secret.clone().into_bytes();
        bytes[position] = if bytes[position] == b'7' { b'8' } else { b'7' };
        assert_eq!(refusal_of(&bytes).await, malformed, "changed at {position}");
    }
    assert_eq!(
        refusal_of(&key.secret.as_bytes()[..51]).await,
        malformed,
        "cut off"
    );
    assert_eq!(
        refusal_of(format!("{},{}", key.secret, key.secret).as_bytes()).await,
        malformed,
        "joined"
    );
    assert_eq!(
        refusal_of(format!("{}\u{200B}", key.secret).as_bytes()).await,
        malformed,
        "zero width"
    );
    assert_eq!(
        refusal_of(UNKNOWN.as_bytes()).await,
        problem(401, "invalid_key")
    );
}

#[tokio::test]
async fn any_header_byte_in_a_key_is_refused_with_401() {
    let world = World::new().await;
    for byte in (0x20..=0xFF_u8).filter(|byte| *byte != 0x7F) {
        for value in [
            vec![byte],
            vec![byte; 52],
            [b"vx_".as_slice(), &[byte; 49]].concat(),
        ] {
            let anonymous = world.anonymous();
            let (status, _) = refusal(&anonymous.with("x-api-key", &value)).await;
            assert_eq!(status, 401, "{byte:#x}");
            let value = [b"Bearer ".as_slice(), &value].concat();
            assert_eq!(
                refusal(&anonymous.with("authorization", &value)).await.0,
                401,
                "{byte:#x}"
            );
        }
    }
}

#[tokio::test]
async fn paused_revoked_and_expired_keys_are_refused_with_their_reason() {
    let (world, owner) = World::with_owner().await;
    let scopes = ["inventory:read"];
    let paused = owner.create("CRM Sync", &scopes).await;
    world
        .sql("UPDATE api_keys SET paused_at = created_at")
        .await;
    assert_eq!(refusal(&paused).await, problem(401, "paused_key"));

    let revoked = owner.create("CRM Sync", &scopes).await;
    revoked.delete("/api/key").await.expect(204);
    assert_eq!(refusal(&revoked).await, problem(401, "revoked_key"));

    let expired = owner.create("CRM Sync", &scopes).await;
    world.clock.advance_seconds(90 * DAY - 1);
    expired.get("/api/key").await.expect(200);
    world.clock.advance_seconds(1);
    let response = expired.get("/api/key").await;
    assert_eq!(response.problem(), problem(401, "expired_key"));
    assert!(
        response.json()["detail"]
            .as_str()
            .unwrap()
            .contains("2027-02-21T"),
        "{}",
        response.body
    );
    // Revocation takes precedence over expiry.
    assert_eq!(refusal(&revoked).await, problem(401, "revoked_key"));
}

#[tokio::test]
async fn refusal_names_the_missing_permission() {
    let world = World::new().await;
    let reader = world
        .owner()
        .await
        .create("Reader", &["inventory:read"])
        .await;
    let response = reader.delete("/api/inventory/SKU001").await;
    assert_eq!(response.problem(), problem(403, "missing_scope"));
    assert!(
        response.json()["detail"]
            .as_str()
            .unwrap()
            .contains("`inventory:write`")
    );
}

/// Promise: a malformed key causes no database query, and without the database a well-formed key is
/// neither accepted nor rejected (a small version of R3).
#[tokio::test]
async fn malformed_keys_are_refused_and_others_are_unavailable_without_a_database() {
    let (world, key) = World::with_key().await;
    world.store.close().await;
    let other = if key.secret.ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{other}", &key.secret[..51]);
    assert_eq!(
        refusal(&world.anonymous().with("x-api-key", mistyped)).await,
        problem(401, "malformed_key")
    );
    assert_eq!(
        refusal(&world.anonymous()).await,
        problem(401, "missing_key")
    );
    assert_eq!(refusal(&key).await, problem(503, "unavailable"));
    assert_eq!(
        refusal(&world.anonymous().with("x-api-key", UNKNOWN)).await,
        problem(503, "unavailable")
    );
}
