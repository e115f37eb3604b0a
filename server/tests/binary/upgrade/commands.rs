//! Commands on data of an older version: only the server migrates a schema.

use super::postgres::{create_postgres, node};
use super::{MIGRATIONS, PEPPER, create_sqlite, newest, state};
use crate::support::{refusal, run, voxum};
use std::path::Path;
use std::process::Command;
use testkit::Text as _;

/// Every command that opens the database without migrating it.
const COMMANDS: [&[&str]; 6] = [
    &["key", "list"],
    &["key", "revoke", "live"],
    &["key", "pause", "live"],
    &["key", "identify"],
    &["admin", "setup-link"],
    &["admin", "create-account", "Example"],
];

#[track_caller]
fn assert_refused(command: &mut Command, version: i64) {
    let err = refusal(run(command.env("VOXUM_PEPPER", PEPPER)), 1);
    let (actual, required) = (format!("schema {version}"), format!("needs {}", newest()));
    err.has_all([
        &actual,
        &required,
        "start the server once with this version",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_refuse_an_older_sqlite_schema_and_leave_it_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let version = newest() - 1;
    create_sqlite(folder.path(), version, 0).await;
    let file = folder.path().join("data/voxum.db");
    let before = std::fs::read(&file).unwrap();
    let path = file.to_string_lossy().into_owned();
    tokio::task::block_in_place(|| {
        for arguments in COMMANDS {
            assert_refused(voxum(folder.path()).args(arguments), version);
        }
        let mut moving = voxum(folder.path());
        moving.env("VOXUM_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
        assert_refused(moving.args(["move", &path]), version);
    });
    assert_eq!(state(folder.path()).await.0, version);
    assert!(std::fs::read(&file).unwrap() == before, "it was changed");
    // A backup accepts any schema, since the moment before an upgrade is the best one for it.
    let backup = |folder: &Path| run(voxum(folder).args(["backup", "before.db"]));
    let (code, _, err) = tokio::task::block_in_place(|| backup(folder.path()));
    assert_eq!(code, Some(0), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_refuse_an_older_postgresql_schema_and_leave_it_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let version = newest() - 1;
    let database = create_postgres(version).await;
    tokio::task::block_in_place(|| {
        for arguments in COMMANDS {
            assert_refused(node(folder.path(), &database).args(arguments), version);
        }
    });
    let stored = "SELECT max(version) FROM _sqlx_migrations";
    let stored: i64 = sqlx::query_scalar(stored)
        .fetch_one(&mut database.raw().await)
        .await
        .unwrap();
    assert_eq!(stored, version);
    database.drop().await;
    assert_eq!(
        MIGRATIONS.iter().count(),
        usize::try_from(newest()).unwrap()
    );
}
