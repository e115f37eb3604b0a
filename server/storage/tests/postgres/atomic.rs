//! A fault between a change and its audit event undoes the whole change, and the store remains
//! usable.

use contract::{Change, World};
use service::store::{InstallationStore as _, StoreError};
use sqlx::{AssertSqlSafe, PgConnection};
use std::time::Duration;
use storage::{OpenMode, postgres};
use testkit::postgres::Database;

async fn run(raw: &mut PgConnection, sql: &str) {
    let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(raw).await;
    result.expect(sql);
}

/// Returns every row of every table as text.
pub async fn dump(raw: &mut PgConnection) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables
         WHERE table_schema = 'public' ORDER BY table_name",
    )
    .fetch_all(&mut *raw)
    .await
    .expect("tables");
    let mut rows = Vec::new();
    for table in tables {
        let sql = format!("SELECT '{table}: ' || t::text FROM {table} t ORDER BY 1");
        let table_rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&mut *raw)
            .await
            .expect("rows");
        rows.extend(table_rows);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_or_cancellation_before_the_audit_event_undoes_the_whole_change() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew)
        .await
        .expect("the store opens");
    let world = World::build(&store).await;
    let mut raw = database.raw().await;
    run(
        &mut raw,
        "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the injected fault'; END $$",
    )
    .await;
    for change in Change::ALL {
        let before = dump(&mut raw).await;
        run(
            &mut raw,
            "CREATE TRIGGER fault BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION fault()",
        )
        .await;
        let failed = change.make(&store, &world, change.account(&world)).await;
        assert!(
            matches!(failed, Err(StoreError::Broken(_))),
            "{change:?}: {failed:?}"
        );
        assert_eq!(
            dump(&mut raw).await,
            before,
            "{change:?} left something behind"
        );
        run(&mut raw, "DROP TRIGGER fault ON audit_events").await;

        // The change waits for the event's table and is dropped half-way, as when a caller hangs
        // up.
        run(&mut raw, "BEGIN; LOCK TABLE audit_events IN EXCLUSIVE MODE").await;
        let attempt = change.make(&store, &world, change.account(&world));
        let timed_out = tokio::time::timeout(Duration::from_millis(30), attempt).await;
        assert!(timed_out.is_err(), "{change:?} did not wait");
        run(&mut raw, "ROLLBACK").await;

        let outcome = change.make(&store, &world, change.account(&world)).await;
        assert!(outcome.expect("the store goes on"), "{change:?}");
        assert_ne!(
            dump(&mut raw).await,
            before,
            "{change:?} says it changed something"
        );
    }

    let account = Change::InsertKey.account(&world);
    let events = store.audit_events(account, 100).await.expect("events");
    assert_ne!(events, []);
    for sql in [
        "UPDATE audit_events SET subject = 'x'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
    ] {
        let result = sqlx::raw_sql(sql).execute(&mut raw).await;
        let refused = result.expect_err("the database refuses it").to_string();
        assert!(refused.contains("audit events are never"), "{refused}");
    }
    let after = store.audit_events(account, 100).await.expect("events");
    assert_eq!(after, events);
    store.close().await;
    database.drop().await;
}
