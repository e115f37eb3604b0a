//! The cache of keys: calls need no database query, and are never judged by a state older than an
//! acknowledged change.

use crate::support::{INVENTORY, Key, World};
use domain::seconds::DAY;
use domain::{Outcome, Scope};
use futures::FutureExt as _;
use futures::future::join_all;
use service::authenticator::Refused;
use service::key::PlainKey;
use service::refusal::KeyRefusal;
use service::{Error, NodeMetrics, OsRandom, RequestOrigin};
use std::time::Duration;

async fn hide_tables(world: &World) {
    // Not through `World::sql`, which would make the service poll for changes.
    let mut connection = world.connection().await;
    let statement =
        sqlx::raw_sql("ALTER TABLE api_keys RENAME TO hidden; ALTER TABLE items RENAME TO gone");
    statement.execute(&mut connection).await.unwrap();
}

async fn status(key: &Key) -> u16 {
    key.get("/api/key").await.status.as_u16()
}

#[tokio::test]
async fn cached_key_is_accepted_without_a_query_until_the_lease_expires() {
    let (world, key) = World::with_key().await;
    assert_eq!(status(&key).await, 200);
    // From here on every statement on keys fails.
    hide_tables(&world).await;
    for _ in 0..20 {
        key.get("/api/key").await.expect(200);
    }
    world.clock.advance_boot(Duration::from_millis(999));
    assert_eq!(status(&key).await, 200);
    world.clock.advance_boot(Duration::from_millis(1));
    // Neither accepted nor refused, since the key's state cannot be determined.
    assert!(status(&key).await >= 500, "the lease is over");
    world.services.node.poll().await.unwrap();
    assert_eq!(status(&key).await, 200, "a look is enough");
}

#[tokio::test]
async fn cached_key_is_verified_without_waiting_or_allocating() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let secret = key.secret;
    let source = RequestOrigin::new([203, 0, 113, 7].into(), Some(b"curl/8.5.0"));
    let check = || {
        let services = &world.services;
        let verification = services.auth.authenticate(secret.as_bytes(), source);
        let caller = verification.now_or_never().expect("it waits for something");
        let caller = caller.expect("the key is good");
        assert!(services.auth.spend(&caller).allowed);
        services.auth.note_scope(&caller, Scope::LeadsRead);
        services.auth.count_call(caller.usage(), Outcome::Accepted);
    };
    world
        .services
        .auth
        .authenticate(secret.as_bytes(), source)
        .await
        .expect("the key is good");
    // The first call after a flush records the caller and the purpose.
    check();
    let allocations = allocation_counter::measure(|| (0..50).for_each(|_| check()));
    assert_eq!(allocations.count_total, 0, "{allocations:?}");
}

/// The number of calls that arrive in one second.
const FLOOD: usize = 2_000;
/// Maximum burst of failures of a network, each of which costs a read.
const FAILURES: u64 = 1_000;

/// Presents this many unknown keys from one address concurrently.
async fn flood(world: &World, source: RequestOrigin<'_>, keys: usize) {
    let attempts = (0..keys).map(async |_| {
        let unknown = PlainKey::generate(&OsRandom);
        let refusal = world
            .services
            .auth
            .authenticate(unknown.expose().as_bytes(), source);
        let Refused { why, usage } = refusal.await.expect_err("the key is unknown");
        let refusal = matches!(
            why,
            Error::Denied(KeyRefusal::Unknown | KeyRefusal::NetworkLimited { .. })
        );
        assert!(refusal && usage.is_none(), "{why:?}");
    });
    join_all(attempts).await;
}

#[tokio::test]
async fn flood_of_unknown_keys_causes_few_reads_and_leaves_no_state() {
    const ROUNDS: u64 = 10;
    let world = World::new().await;
    let source = RequestOrigin::new([203, 0, 113, 7].into(), None);
    let before = world.services.node_metrics();
    for _ in 0..ROUNDS {
        flood(&world, source, FLOOD).await;
    }
    let after = world.services.node_metrics();
    let reads = after.key_reads - before.key_reads;
    // The rest of each round shares one read or two.
    assert!(
        (FAILURES..=FAILURES + 2 * ROUNDS).contains(&reads),
        "{reads}"
    );
    let expected = NodeMetrics {
        key_reads: after.key_reads,
        ..before
    };
    assert_eq!(after, expected);
}

#[tokio::test]
async fn valid_key_is_accepted_while_its_network_sends_a_flood_of_unknown_keys() {
    let (world, owner) = World::with_owner().await;
    let cached = owner.create("Remembered", &["leads:read"]).await;
    let new = owner.create("New", &["leads:read"]).await;
    let source = RequestOrigin::new([203, 0, 113, 7].into(), None);
    let check = |key: &Key| {
        let (services, secret) = (world.services.clone(), key.secret.clone());
        async move { services.auth.authenticate(secret.as_bytes(), source).await }
    };
    check(&cached).await.expect("the key is good");
    // From here on the network has no failures left.
    flood(&world, source, FLOOD).await;
    // The number of calls that arrive between two look-ups.
    let more = flood(&world, source, FLOOD / 10);
    let good = async {
        // This key is in the cache, so its check does not wait.
        let cached = check(&cached).now_or_never().expect("it waits");
        cached.expect("the key is good");
        // This key is not. Its check waits for the next look-up, and is accepted every time.
        check(&new).await.expect("the key is good");
    };
    tokio::join!(more, good);
}

#[tokio::test]
async fn unknown_keys_are_not_cached() {
    let (world, key) = World::with_key().await;
    assert_eq!(status(&key).await, 200);
    world
        .sql("CREATE TABLE away AS SELECT * FROM api_keys")
        .await;
    world
        .sql("UPDATE api_keys SET digest = randomblob(32)")
        .await;
    assert_eq!(status(&key).await, 401);
    world
        .sql("UPDATE api_keys SET digest = (SELECT digest FROM away)")
        .await;
    assert_eq!(status(&key).await, 200, "it was remembered as unknown");
}

#[tokio::test]
async fn cached_key_expires_on_time_to_the_millisecond() {
    let (world, key) = World::with_key().await;
    let end = world.count("SELECT expires_at FROM api_keys").await;
    for (millis, expected) in [(end - 1, 200), (end, 401), (end + 1, 401)] {
        world.clock.set(domain::Timestamp::from_millis(millis));
        assert_eq!(status(&key).await, expected, "{}", millis - end);
    }
    // Setting the clock back or forward by ten years does not affect the lease, which uses another
    // clock.
    for (years, expected) in [(-10, 200), (10, 401)] {
        let at = end - 1 + years * 365 * DAY * 1_000;
        world.clock.set(domain::Timestamp::from_millis(at));
        assert_eq!(status(&key).await, expected, "{years} years");
    }
}

#[tokio::test]
async fn change_by_another_program_takes_effect_at_the_next_poll() {
    let (world, key) = World::with_key().await;
    assert_eq!(status(&key).await, 200);
    let mut connection = world.connection().await;
    let revoke = "UPDATE api_keys SET revoked_at = created_at, revoke_reason = 'leaked'";
    sqlx::query(revoke).execute(&mut connection).await.unwrap();
    assert_eq!(status(&key).await, 200, "nothing was in memory");
    world.services.node.poll().await.unwrap();
    assert_eq!(status(&key).await, 401);
}

/// Makes a change in the console while the key is in the cache, without any time passing that would
/// end the lease.
async fn assert_change_applies(context: &str, path: &str, fields: &[(&str, &str)], expected: u16) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &INVENTORY).await;
    key.get("/api/inventory").await.expect(200);
    let id: String = sqlx::query_scalar("SELECT id FROM api_keys")
        .fetch_one(&mut world.connection().await)
        .await
        .unwrap();
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.replace("KEY", &id)))
        .collect();
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let form_response = owner.form(&path.replace("KEY", &id), &fields).await;
    assert!(
        form_response.status.as_u16() < 400,
        "{context}: {}",
        form_response.body
    );
    let response = key.get("/api/inventory").await;
    assert_eq!(
        response.status.as_u16(),
        expected,
        "{context}: {}",
        response.body
    );
}

#[tokio::test]
async fn pauses_and_revocations_take_effect_as_soon_as_the_console_responds() {
    assert_change_applies("pause", "/keys/KEY/pause", &[], 401).await;
    let revoke = [("reason", "leaked"), ("confirm", "CRM Sync")];
    assert_change_applies("revoke", "/keys/KEY/revoke", &revoke, 401).await;
    let bulk_form = [("do", "pause"), ("key", "KEY"), ("count", "1")];
    assert_change_applies("several", "/keys/several", &bulk_form, 401).await;
    let all = [("confirm", "Acme Motors")];
    assert_change_applies("all", "/keys/revoke-all", &all, 401).await;
}

/// Together with the pause before it, this determines how late a change by another program is
/// noticed.
#[tokio::test]
async fn median_poll_for_changes_takes_less_than_50_milliseconds() {
    let world = World::new().await;
    world.key().await;
    let mut durations = Vec::new();
    for _ in 0..101 {
        let start = std::time::Instant::now();
        world.services.node.poll().await.unwrap();
        durations.push(start.elapsed());
    }
    durations.sort();
    assert!(
        durations[50] < std::time::Duration::from_millis(50),
        "{durations:?}"
    );
}
