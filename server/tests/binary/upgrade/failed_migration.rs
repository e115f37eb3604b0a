//! A start whose migrations fail half-way for an external reason.

use super::{
    FIRST, MIGRATIONS, PEPPER, check, create_sqlite, database, migrations_until, newest, start,
};
use crate::support::{refusal, run, voxum};
use sqlx::{Connection as _, Executor as _};
use std::path::Path;
use testkit::Text as _;

/// A migration in the middle of the missing ones.
const STEP: i64 = 19;

/// Occupies the name of a table that this migration creates.
const OBSTACLE: &str = "CREATE TABLE nodes (left_by TEXT); INSERT INTO nodes VALUES ('somebody')";

/// Runs a start that fails, and returns its message.
#[track_caller]
fn run_failing(folder: &Path) -> String {
    refusal(run(voxum(folder).env("VOXUM_PEPPER", PEPPER)), 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_migration_leaves_the_file_unchanged_and_reports_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    create_sqlite(folder.path(), FIRST, 10).await;
    let mut connection = database(folder.path()).await;
    // The journal mode that a server leaves behind.
    connection
        .execute("PRAGMA journal_mode = WAL")
        .await
        .unwrap();
    connection.execute(OBSTACLE).await.unwrap();
    connection.close().await.unwrap();
    let file = folder.path().join("data/voxum.db");
    let before = std::fs::read(&file).unwrap();
    for _ in 0..2 {
        let line = tokio::task::block_in_place(|| run_failing(folder.path()));
        line.has_all([
            &format!("step {STEP}"),
            "table nodes already exists",
            "is unchanged",
            "data/voxum.db",
        ]);
        assert!(std::fs::read(&file).unwrap() == before, "it was changed");
    }
    // The previous version still works: it has nothing to migrate and nothing to refuse.
    let mut connection = database(folder.path()).await;
    migrations_until(FIRST, &MIGRATIONS)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    connection.execute("DROP TABLE nodes").await.unwrap();
    connection.close().await.unwrap();
    tokio::task::block_in_place(|| {
        let server = start(folder.path());
        check(&server, FIRST, 10);
        server.stop();
    });
    let (version, _) = super::state(folder.path()).await;
    assert_eq!(version, newest());
}
