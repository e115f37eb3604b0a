//! A new version on the data of an older one: from every schema of each database, killed half-way,
//! failing half-way, and from a backup.

mod commands;
mod currency;
mod failed_migration;
mod postgres;
mod restored;
mod rolling;

use crate::support::{Server, voxum};
use serde_json::Value;
use service::Pepper;
use service::key::PlainKey;
use sqlx::migrate::{Migration, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, SqliteConnection};
use std::borrow::Cow;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use testkit::Text as _;

static MIGRATIONS: Migrator = sqlx::migrate!("storage/migrations/sqlite");
const FIRST: i64 = 1;
/// The first schemas with leads, with counts of calls, and with notes on keys.
const LEADS: i64 = 2;
const CALLS: i64 = 5;
const NOTES: i64 = 6;

const PEPPER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// The example in the specification of the key format.
const LIVE_KEY: &str = "vx_00000000000000000000000000000000000000000003Ekpv5";
/// The session that a member had opened.
const SESSION_TOKEN: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";
const DAY: i64 = 86_400_000;

fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap()
}

/// The rows that each version could store in addition to those of the versions before, as it stored
/// them.
const ROWS_SINCE: &[(i64, &str)] = &[
    (LEADS, "INSERT INTO lead_feeds (account_id, last_change) VALUES ('acme', 1);
         INSERT INTO leads (account_id, id, change_number, phone, status, created_at, updated_at)
         VALUES ('acme', 'lead-1', 1, '+49 1', 'new', NOW, NOW)"),
    (3, "UPDATE api_keys SET limit_depth = 50, limit_per_second = 5 WHERE id = 'live'"),
    (CALLS, "INSERT INTO account_calls (account_id, quarter, outcome, calls)
         VALUES ('acme', NOW / 900000 * 900000, 'accepted', 41);
         INSERT INTO key_calls (account_id, key_id, hour, outcome, calls)
         VALUES ('acme', 'live', NOW / 3600000 * 3600000, 'accepted', 41),
            ('acme', 'live', NOW / 3600000 * 3600000 - 2 * DAY, 'accepted', 3),
            ('acme', 'live', NOW / 3600000 * 3600000 - DAY, 'rate_limited', 2)"),
    (NOTES, "UPDATE api_keys SET note = 'By the lake' WHERE id = 'live'"),
    (7, "UPDATE api_keys SET replaced_by = 'live', replaced_at = NOW - DAY WHERE id = 'old';
         UPDATE api_keys SET replaces = 'old' WHERE id = 'live'"),
    (8, "UPDATE accounts SET keys_must_expire = 0, key_max_days = 365"),
    (9, "INSERT INTO key_notices (account_id, key_id, member_id, days, key_end, claimed_at)
         VALUES ('acme', 'live', 'ada', 30, NOW + DAY, NOW)"),
    (10, "UPDATE api_keys SET allow_list = '127.0.0.1' WHERE id = 'live'"),
    (11, "INSERT INTO key_networks (account_id, key_id, network, first_seen, last_seen)
          VALUES ('acme', 'live', '127.0.0.0/24', NOW - DAY, NOW);
          UPDATE api_keys SET scope_uses = 'leads:read=1790000000000', knocked_at = NULL"),
    (12, "INSERT INTO refused_calls (request_id, account_id, key_id, at, code, cause, method, route)
          VALUES ('00112233445566778899aabbccddeeff', 'acme', 'old', NOW, 'revoked_key', '', 'GET', '/api/key')"),
    (14, "UPDATE members SET last_seen_at = NOW;
          INSERT INTO members (id, account_id, email, role, password_hash, created_at, deactivated_at)
          VALUES ('bob', 'acme', 'bob@example.com', 'admin', '', NOW, NOW)"),
    (16, "UPDATE api_keys SET folded = 'hÄndler-feed' WHERE id = 'live'"),
    (17, "UPDATE accounts SET creation_stopped_at = NOW"),
    (22, "INSERT INTO failed_attempts (account_id, member_id, action, hour, network, ip, attempts, reported)
          VALUES ('acme', 'ada', 'session.refused', NOW - DAY, '192.0.2.7', '192.0.2.7', 1, 1)"),
    (25, "INSERT INTO code_warnings (member_id, at, ip, mail_at) VALUES ('ada', NOW, '192.0.2.7', NULL)"),
];

async fn database(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("data/voxum.db"))
        .create_if_missing(true);
    options.connect().await.unwrap()
}

/// Returns the migrations that an earlier version had.
fn migrations_until(version: i64, migrator: &Migrator) -> Migrator {
    let migrations: Vec<Migration> = migrator
        .iter()
        .filter(|migration| migration.version <= version)
        .cloned()
        .collect();
    Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    }
}

/// Creates a folder as the version with this schema left it.
async fn create_sqlite(folder: &Path, version: i64, keys: usize) {
    std::fs::create_dir(folder.join("data")).unwrap();
    let mut connection = database(folder).await;
    migrations_until(version, &MIGRATIONS)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    for statement in content(version, keys) {
        let statement = statement
            .replace("NOW", "(1000 * unixepoch())")
            .replace("RANDOM", "randomblob(32)")
            .replace("BYTES", "BLOB")
            .replace("<<", "x'")
            .replace(">>", "'");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

/// Returns statements for the data of that version. Each database substitutes `NOW`, `RANDOM`,
/// `BYTES` and `<<bytes>>`.
fn content(version: i64, keys: usize) -> Vec<String> {
    let pepper = Pepper::parse(PEPPER).unwrap();
    let live = PlainKey::parse(LIVE_KEY.as_bytes())
        .unwrap()
        .digest(&pepper);
    let session = <sha2::Sha256 as sha2::Digest>::digest(SESSION_TOKEN.as_bytes());
    let base = "
        UPDATE installation SET pepper_fingerprint = 'FINGERPRINT';
        INSERT INTO accounts (id, name, currency, created_at) VALUES ('acme', 'Acme', 'EUR', NOW);
        INSERT INTO members (id, account_id, email, role, password_hash, created_at)
        VALUES ('ada', 'acme', 'ada@example.com', 'owner', '', NOW);
        INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at)
        VALUES (<<SESSION>>, 'ada', NOW, NOW, NOW + DAY);
        INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token,
            expires_at, last_used_at, last_used_ip)
        VALUES ('live', 'acme', 'HÄNDLER-Feed', 'vx_000000…', <<DIGEST>>, 'PEPPER', 'inventory:read leads:read', NOW - DAY,
            'ada', <<01>>, NOW + 100 * DAY, NOW - 1000, '127.0.0.1');
        INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token,
            revoked_at, revoked_by, revoke_reason)
        VALUES ('old', 'acme', 'Old CRM', 'vx_old000…', RANDOM, 'PEPPER', 'leads:read', NOW - 2 * DAY, 'ada', <<02>>,
            NOW - DAY, 'ada', 'leaked');
        INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token,
            expires_at)
        VALUES ('over', 'acme', 'Over', 'vx_ove000…', RANDOM, 'PEPPER', 'leads:read', NOW - 9 * DAY, 'ada', <<03>>, NOW - DAY);
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < MANY)
        INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token)
        SELECT 'many-' || n, 'acme', 'System ' || n, 'vx_man000…', RANDOM, 'PEPPER', 'leads:read', NOW - n, 'ada',
            CAST('many' || n AS BYTES) FROM numbers WHERE n < MANY;
        INSERT INTO items (account_id, id, name, available, attributes, updated_at, revision)
        VALUES ('acme', 'SKU001', 'A red car', 1, '{}', NOW, 1);
        INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, ip, detail)
        VALUES ('acme', NOW - DAY, 'member', 'ada', 'key.revoked', 'old', '127.0.0.1', '{\"reason\":\"leaked\"}')";
    let since = ROWS_SINCE.iter().filter(|(since, _)| *since <= version);
    let parts = [base].into_iter().chain(since.map(|(_, part)| *part));
    let substitute = |part: &str| {
        part.replace("DAY", &DAY.to_string())
            .replace("MANY", &(keys + 1).to_string())
            .replace("FINGERPRINT", &pepper.fingerprint())
            .replace("PEPPER", pepper.id().as_str())
            .replace("DIGEST", &hex::encode(live.as_bytes()))
            .replace("SESSION", &hex::encode(session))
    };
    parts.map(substitute).collect()
}

fn start(folder: &Path) -> Server {
    Server::spawn(voxum(folder).env("VOXUM_PEPPER", PEPPER), false)
}

/// Checks that everything which the schema of `version` could store is still there and works.
fn check(server: &Server, version: i64, keys: usize) {
    let key = server.key(LIVE_KEY);
    let lead = if version < LEADS {
        "\"leads\":[]"
    } else {
        "+49 1"
    };
    for (path, text) in [
        ("/api/key", "HÄNDLER-Feed"),
        ("/api/inventory", "A red car"),
        ("/api/leads", lead),
    ] {
        let response = key.get(path).unwrap();
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        assert!(response.body.contains(text), "{path}: {}", response.body);
    }
    let ada = server.client(Some((
        "cookie",
        format!("__Host-voxum_session={SESSION_TOKEN}"),
    )));
    if keys == 0 {
        let lowercase = |field: &Value| field.as_str().unwrap().to_lowercase();
        let statuses = ada.keys();
        let mut statuses: Vec<_> = statuses
            .iter()
            .map(|key| (lowercase(&key["id"]), lowercase(&key["status"])))
            .collect();
        statuses.sort();
        let expected = [("live", "active"), ("old", "revoked"), ("over", "expired")];
        assert_eq!(
            statuses,
            expected.map(|(id, status)| (id.to_owned(), status.to_owned()))
        );
    }
    let dashboard = ada.get("/").unwrap().body;
    assert!(version < CALLS || !dashboard.contains("No requests in the last 30 days"));
    let note = if version < NOTES {
        "HÄNDLER-Feed"
    } else {
        "By the lake"
    };
    let week = if version < CALLS {
        "1 key matches"
    } else {
        "requests in 7 days, 2 rejected"
    };
    for (path, text) in [
        ("/keys?q=h%C3%A4ndler", week),
        ("/keys?q=h%C3%A4ndler", "1 key matches"),
        ("/keys?q=old", "1 key matches"),
        ("/keys?scope=inventory:read", "1 key matches"),
        ("/keys/live", note),
        ("/keys/old", "Leaked"),
        ("/audit", "Old CRM"),
        ("/settings", "Acme"),
        ("/team", "ada@example.com"),
    ] {
        let response = ada.get(path).unwrap();
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        assert!(
            response.body.contains(text),
            "{path} lacks {text}: {}",
            response.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_older_sqlite_schema_is_migrated_with_all_its_data() {
    for version in FIRST..newest() {
        let folder = tempfile::tempdir().unwrap();
        create_sqlite(folder.path(), version, 0).await;
        for _ in 0..2 {
            let server = tokio::task::block_in_place(|| {
                let server = start(folder.path());
                check(&server, version, 0);
                server
            });
            let (status, log, _) = tokio::task::block_in_place(|| server.stop());
            assert!(status.success(), "from {version}: {log}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migration_to_addresses_per_account_keeps_every_reference_to_a_member() {
    let folder = tempfile::tempdir().unwrap();
    create_sqlite(folder.path(), 27, 20).await;
    let mut connection = database(folder.path()).await;
    let twin = "INSERT INTO accounts (id, name, created_at) VALUES ('other', 'Other', 1);
        INSERT INTO members (id, account_id, email, role, password_hash, created_at)
        VALUES ('twin', 'other', 'ada@example.com', 'owner', '', 1)";
    assert!(connection.execute(twin).await.is_err());
    let members =
        "SELECT json_group_array(json_array(id, account_id, email, role, password_hash, created_at,
        deactivated_at, last_seen_at)) FROM (SELECT * FROM members ORDER BY id)";
    let before: String = sqlx::query_scalar(members)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    migrations_until(28, &MIGRATIONS)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    let after: String = sqlx::query_scalar(members)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    before.has("bob@example.com");
    assert_eq!(before, after);
    let violations = connection.fetch_all("PRAGMA foreign_key_check").await;
    assert_eq!(violations.unwrap().len(), 0);
    let twin = twin.split_once(';').unwrap().1;
    connection.execute(twin).await.unwrap();
    let triplet = twin.replace("'twin'", "'triplet'");
    let triplet = connection.execute(AssertSqlSafe(triplet)).await;
    assert!(triplet.is_err(), "the address is in its account twice");
    let deletion = connection.execute("DELETE FROM members WHERE id = 'ada'");
    assert!(deletion.await.is_err(), "rows refer to this member");
    connection.close().await.unwrap();
}

/// Returns the schema's version, and the number of keys whose search terms have not been written.
async fn state(folder: &Path) -> (i64, i64) {
    let mut connection = database(folder).await;
    let version = "SELECT max(version) FROM _sqlx_migrations";
    let version: i64 = sqlx::query_scalar(version)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let missing: i64 = if version == FIRST {
        0
    } else {
        let missing = "SELECT count(*) FROM api_keys WHERE indexed = 0";
        sqlx::query_scalar(missing)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    };
    connection.close().await.unwrap();
    (version, missing)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_migration_leaves_either_the_old_or_the_new_schema() {
    const KEYS: usize = 2_000;
    let folder = tempfile::tempdir().unwrap();
    create_sqlite(folder.path(), FIRST, KEYS).await;
    let mut unchanged_count = 0;
    let mut lifetime = Duration::from_millis(100);
    loop {
        let mut child = voxum(folder.path())
            .env("VOXUM_PEPPER", PEPPER)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(lifetime).await;
        lifetime = lifetime * 5 / 4;
        child.kill().unwrap();
        child.wait().unwrap();
        match state(folder.path()).await {
            (FIRST, 0) => unchanged_count += 1,
            (version, 0) if version == newest() => break,
            other => panic!("half of it was left: {other:?}"),
        }
    }
    assert!(
        unchanged_count >= 3,
        "it was killed {unchanged_count} times before it was through"
    );
    tokio::task::block_in_place(|| {
        let server = start(folder.path());
        check(&server, FIRST, KEYS);
        server.stop();
    });
}
