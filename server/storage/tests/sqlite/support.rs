//! A directory for each test's database, and a connection to the file outside the store.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use storage::{OpenMode, SqlStore, sqlite};
use tempfile::TempDir;

pub struct TestDatabase(TempDir);

impl TestDatabase {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory for the test"))
    }

    pub fn directory(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn path(&self) -> PathBuf {
        self.file("voxum.db")
    }

    pub fn marker(&self) -> PathBuf {
        self.file("voxum.db.initialized")
    }

    pub async fn try_open(&self) -> Result<SqlStore, sqlite::OpenError> {
        sqlite::open(&self.path(), OpenMode::CreateIfNew).await
    }

    pub async fn open(&self) -> SqlStore {
        self.try_open().await.expect("the store opens")
    }

    /// Opens and closes the store, so that a complete database exists.
    pub async fn make(&self) {
        self.open().await.close().await;
    }

    /// Returns a connection outside the store.
    pub async fn raw(&self) -> RawConnection {
        let options = SqliteConnectOptions::new()
            .filename(self.path())
            .create_if_missing(true);
        RawConnection(options.connect().await.expect("a raw connection"))
    }
}

pub struct RawConnection(SqliteConnection);

impl RawConnection {
    pub async fn run(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.0)
            .await
            .expect("the statement runs");
    }

    pub async fn try_run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.0)
            .await
            .map(drop)
    }

    /// Returns the first column of every row, which is a text.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql))
            .fetch_all(&mut self.0)
            .await;
        rows.expect("the statement runs")
            .iter()
            .map(|row| row.get(0))
            .collect()
    }

    /// Returns every row of every table as text.
    pub async fn dump(&mut self) -> Vec<String> {
        let tables = self
            .texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
            .await;
        let mut rows = Vec::new();
        for table in tables {
            let columns = self
                .texts(&format!("SELECT name FROM pragma_table_info('{table}')"))
                .await;
            let expressions: Vec<_> = columns
                .iter()
                .map(|column| format!("quote({column})"))
                .collect();
            let list = expressions.join(" || ', ' || ");
            let sql = format!("SELECT '{table}: ' || {list} FROM {table} ORDER BY 1");
            rows.extend(self.texts(&sql).await);
        }
        rows
    }
}

/// Returns the permission bits.
pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path)
        .expect("the file is there")
        .permissions()
        .mode()
        & 0o777
}

/// Returns the line that the operator reads.
pub async fn refusal(database: &TestDatabase) -> (sqlite::OpenError, String) {
    let error = database
        .try_open()
        .await
        .expect_err("the database is refused");
    let line = error.to_string();
    assert!(!line.contains('\n'), "more than one line: {line}");
    (error, line)
}
