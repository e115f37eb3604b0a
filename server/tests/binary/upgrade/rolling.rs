//! Nodes of the previous release and of this one on the same database.
//!
//! This test acts as the older node: it sends the statements of its release, which are in
//! `release_21.sql`. Each release replaces that file and [`RELEASE`] by its own, and keeps these
//! tests.

use super::postgres::{create_postgres, node};
use super::{LIVE_KEY, PEPPER, newest};
use crate::support::{Server, refusal, run};
use service::Pepper;
use service::key::PlainKey;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::Text as _;
use testkit::postgres::Database;
use tokio::task::JoinHandle;

/// The newest schema that the previous release supports.
const RELEASE: i64 = 21;
/// Returns an older schema than this version's that the nodes of that release can use.
fn before() -> i64 {
    RELEASE.min(newest() - 1)
}

const STATEMENTS: &str = include_str!("release_21.sql");
const OLD_NODE: &str = "the older node";

/// Returns the statements of the previous release by name.
fn statements() -> BTreeMap<&'static str, &'static str> {
    let mut lines = STATEMENTS.lines().skip(2);
    let mut all = BTreeMap::new();
    while let (Some(name), Some(text)) = (lines.next(), lines.next()) {
        all.insert(name.strip_prefix("-- ").unwrap(), text);
    }
    all
}

fn statement(name: &str) -> AssertSqlSafe<&'static str> {
    AssertSqlSafe(statements()[name])
}

/// Registers the older node, and has it acknowledge changes and send heartbeats as it would beside
/// another node.
async fn run_older_node(database: &Database) -> JoinHandle<()> {
    let mut connection = database.raw().await;
    let seen: i64 = sqlx::query_scalar(statement("verdict::REGISTER"))
        .bind(OLD_NODE)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    tokio::spawn(async move {
        let mut seen = seen;
        loop {
            let last: i64 = sqlx::query_scalar(statement("verdict::LAST"))
                .fetch_one(&mut connection)
                .await
                .unwrap();
            let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(statement("verdict::NODES"))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            // A node on its own writes nothing while nothing changes.
            if rows.len() > 1 || seen != last {
                seen = last;
                sqlx::query(statement("verdict::ACKNOWLEDGE"))
                    .bind(OLD_NODE)
                    .bind(seen)
                    .execute(&mut connection)
                    .await
                    .unwrap();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
}

async fn schema(connection: &mut PgConnection) -> i64 {
    let sql = "SELECT max(version) FROM _sqlx_migrations";
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn upgrade_is_refused_while_an_older_node_runs_unless_a_setting_allows_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = create_postgres(before()).await;
    let mut connection = database.raw().await;
    let older = run_older_node(&database).await;
    let mut newer = node(folder.path(), &database);
    let err = refusal(tokio::task::block_in_place(|| run(&mut newer)), 1);
    for part in ["nodes of an older version", "VOXUM_ROLLING_UPGRADE=allow"] {
        err.has(part);
    }
    assert_eq!(schema(&mut connection).await, before());
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM nodes")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, 1, "it left a row of its own");

    newer.env("VOXUM_ROLLING_UPGRADE", "allow");
    let server = tokio::task::block_in_place(|| Server::spawn(&mut newer, false));
    assert_eq!(schema(&mut connection).await, newest());
    assert_revocation_reaches_both(&server, &mut connection).await;
    tokio::task::block_in_place(|| server.stop());
    older.abort();
    let _ = older.await;
    database.drop().await;
}

/// Returns all registered nodes, as the older one reads them.
async fn nodes(older: &mut PgConnection) -> Vec<(String, i64, i64, i64)> {
    sqlx::query_as(statement("verdict::NODES"))
        .fetch_all(older)
        .await
        .unwrap()
}

/// Checks that a key which either node revokes is refused by both.
async fn assert_revocation_reaches_both(server: &Server, older: &mut PgConnection) {
    let digest = PlainKey::parse(LIVE_KEY.as_bytes())
        .unwrap()
        .digest(&Pepper::parse(PEPPER).unwrap());
    let key = server.key(LIVE_KEY);
    let status = || tokio::task::block_in_place(|| key.get("/api/key").unwrap());
    // A server answers requests before it is registered, and caches no keys until then.
    while nodes(older).await.len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(status().status, 200);
    let rows = sqlx::query(statement("key::FIND_BY_DIGEST"))
        .bind(digest.as_bytes().as_slice())
        .fetch_all(&mut *older)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let now = sqlx::query_scalar("SELECT 1000 * extract(epoch FROM now())::bigint");
    let now: i64 = now.fetch_one(&mut *older).await.unwrap();
    let revoked = sqlx::query(statement("key::REVOKE"))
        .bind("acme")
        .bind("live")
        .bind(now)
        .bind("ada")
        .bind("leaked")
        .bind(0_i64)
        .execute(&mut *older)
        .await
        .unwrap();
    assert_eq!(revoked.rows_affected(), 1);
    let last: i64 = sqlx::query_scalar(statement("verdict::LAST"))
        .fetch_one(&mut *older)
        .await
        .unwrap();
    // The older node answers its caller once every node has acknowledged the change.
    loop {
        let nodes = nodes(older).await;
        assert_eq!(nodes.len(), 2);
        if nodes
            .iter()
            .all(|(_, acknowledged, ..)| *acknowledged >= last)
        {
            break;
        }
    }
    let refusal = status();
    assert!(
        refusal.status == 401 && refusal.body.contains("revoked_key"),
        "{}",
        refusal.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn upgrade_proceeds_if_the_registered_node_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let database = create_postgres(before()).await;
    let mut connection = database.raw().await;
    run_older_node(&database).await.abort();
    let mut newer = node(folder.path(), &database);
    let server = tokio::task::block_in_place(|| Server::spawn(&mut newer, false));
    assert_eq!(schema(&mut connection).await, newest());
    tokio::task::block_in_place(|| server.stop());
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_previous_release_is_valid_on_this_schema() {
    let database = create_postgres(newest()).await;
    let mut connection = database.raw().await;
    let all = statements();
    assert!(all.len() > 100);
    for (name, text) in all {
        let prepare = format!("PREPARE one AS {text}");
        let prepared = connection.execute(AssertSqlSafe(prepare)).await;
        assert!(prepared.is_ok(), "{name}: {prepared:?}");
        connection.execute("DEALLOCATE one").await.unwrap();
    }
    database.drop().await;
}

/// The exception that decision 18 (`docs/decisions`) describes.
#[tokio::test(flavor = "multi_thread")]
async fn node_of_the_previous_release_cannot_add_a_member_and_leaves_nothing_behind() {
    let database = create_postgres(newest()).await;
    let mut connection = database.raw().await;
    let twin = "INSERT INTO accounts (id, name, created_at) VALUES ('other', 'Other', 1);
        INSERT INTO members (id, account_id, email, role, password_hash, created_at)
        VALUES ('twin', 'other', 'ada@example.com', 'owner', 'hash of twin', 1)";
    connection.execute(twin).await.unwrap();
    let mut change = connection.begin().await.unwrap();
    let insertion = sqlx::query(statement("member::INSERT_MEMBER"))
        .bind("eve")
        .bind("other")
        .bind("eve@example.com")
        .bind("viewer")
        .bind("hash of eve")
        .bind(1_i64)
        .execute(&mut *change)
        .await;
    assert!(insertion.is_err());
    change.rollback().await.unwrap();
    let members = "SELECT count(*) FROM members WHERE email = 'eve@example.com'";
    let members: i64 = sqlx::query_scalar(members)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(members, 0);
    // A sign-in takes the first of these members, with that member's own password.
    let rows = sqlx::query(statement("member::FIND_BY_EMAIL"))
        .bind("ada@example.com")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for member in &rows {
        let id: String = member.get("id");
        let hash: String = sqlx::query_scalar(statement("member::PASSWORD_HASH"))
            .bind(&id)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(hash == "hash of twin", id == "twin");
    }
    assert_eq!(rows.len(), 2);
    database.drop().await;
}

/// Returns the columns that every inserted row must set.
async fn required(database: &Database) -> Vec<String> {
    let sql = "SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
        ORDER BY 1";
    sqlx::query_scalar(sql)
        .fetch_all(&mut database.raw().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn schema_requires_no_column_that_the_previous_release_does_not_write() {
    let (before, after) = (
        create_postgres(RELEASE).await,
        create_postgres(newest()).await,
    );
    let old_columns = required(&before).await;
    let tables: Vec<_> = old_columns
        .iter()
        .filter_map(|column| column.split_once('.'))
        .map(|(table, _)| format!("{table}."))
        .collect();
    for column in required(&after).await {
        // A table that the previous release does not use may require any columns.
        let old_table = tables.iter().any(|table| column.starts_with(table));
        assert!(!old_table || old_columns.contains(&column), "{column}");
    }
    before.drop().await;
    after.drop().await;
}
