//! Backups taken by another version.

use super::{DAY, FIRST, LIVE_KEY, MIGRATIONS, PEPPER, create_sqlite, database, newest};
use crate::support::{Server, refusal, run, voxum};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::Text as _;
use testkit::postgres::Database;

/// Creates a backup of an earlier version: a database with its schema, in one file.
async fn backup(folder: &Path, version: i64) -> PathBuf {
    create_sqlite(folder, version, 3).await;
    let file = folder.join("backup.db");
    let mut connection = database(folder).await;
    let copy = format!("VACUUM INTO '{}'", file.display());
    connection.execute(AssertSqlSafe(copy)).await.unwrap();
    connection.close().await.unwrap();
    std::fs::remove_dir_all(folder.join("data")).unwrap();
    file
}

fn run_with_pepper(command: &mut Command) -> (Option<i32>, String, String) {
    tokio::task::block_in_place(|| run(command.env("VOXUM_PEPPER", PEPPER)))
}

/// Checks that every key that was active is on hold, and that the revoked one is still revoked.
fn assert_keys_on_hold(mut command: Command) {
    tokio::task::block_in_place(|| {
        let server = Server::spawn(command.env("VOXUM_PEPPER", PEPPER), false);
        let response = server.key(LIVE_KEY).get("/api/key").unwrap();
        assert!(
            response.status == 401 && response.body.contains("paused_key"),
            "{}",
            response.body
        );
        let (status, log, _) = server.stop();
        assert!(status.success(), "{log}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn backup_of_every_older_schema_is_restored_with_its_keys_on_hold() {
    for version in FIRST..=newest() {
        let folder = tempfile::tempdir().unwrap();
        let file = backup(folder.path(), version).await;
        let before = std::fs::read(&file).unwrap();
        let mut command = voxum(folder.path());
        let (code, out, err) = run_with_pepper(command.arg("restore").arg(&file));
        assert_eq!((code, err.as_str()), (Some(0), ""), "from {version}: {err}");
        // The key in use and three more; keys that had already ended stay so.
        out.has("API keys on hold: 4.");
        assert!(
            std::fs::read(&file).unwrap() == before,
            "the backup was changed"
        );
        let mut connection = database(folder.path()).await;
        let sql = "SELECT count(*) FILTER (WHERE paused_at IS NOT NULL), count(*) FILTER (WHERE revoked_at IS NOT NULL)
            FROM api_keys";
        let (paused, revoked): (i64, i64) = sqlx::query_as(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        assert_eq!((paused, revoked), (5, 1), "from {version}");
        assert_keys_on_hold(voxum(folder.path()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn older_backup_can_be_restored_to_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let file = backup(folder.path(), FIRST).await;
    let database = Database::new().await;
    let at = |folder: &Path| {
        let mut command = voxum(folder);
        command.env("VOXUM_DATABASE_URL", database.url().as_str());
        command
    };
    let (code, out, err) = run_with_pepper(at(folder.path()).arg("restore").arg(&file));
    assert_eq!(code, Some(0), "{err}");
    out.has("API keys on hold: 4.");
    assert_keys_on_hold(at(folder.path()));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_backup_is_refused_in_one_line_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = backup(folder.path(), newest()).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let future = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES ({}, 'from the future', TRUE, x'00', {DAY})",
        newest() + 1
    );
    connection.execute(AssertSqlSafe(future)).await.unwrap();
    connection.close().await.unwrap();
    let database = Database::new().await;
    for url in [None, Some(database.url())] {
        let mut command = voxum(folder.path());
        if let Some(url) = url {
            command.env("VOXUM_DATABASE_URL", url.as_str());
        }
        let err = refusal(run_with_pepper(command.arg("restore").arg(&file)), 1);
        let message = format!(
            "has schema {}, which is newer than this program",
            newest() + 1
        );
        err.has_all([&message, "backup.db"]);
        err.has("use the version of voxum that wrote it");
    }
    assert!(!folder.path().join("data").exists(), "something was left");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let tables: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut database.raw().await)
        .await
        .unwrap();
    assert_eq!(tables, 0);
    database.drop().await;
    assert_eq!(
        MIGRATIONS.iter().count(),
        usize::try_from(newest()).unwrap()
    );
}
