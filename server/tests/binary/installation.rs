//! Servers that share one PostgreSQL database.

use crate::support::{Server, voxum};
use sqlx::{AssertSqlSafe, PgConnection};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::Text as _;
use testkit::postgres::{Database, PASSWORD as DATABASE_PASSWORD};
use testkit::proxy::Proxy;
use tokio::runtime::{Builder, Runtime};

pub const PEPPER: &str = "7b1f0c55a6d94e20b3c8f17de2904a66c1d2e3f405162738495a6b7c8d9e0f10";

/// A database, and the folder that the servers run in, in which they leave nothing behind.
pub struct Installation {
    database: Database,
    folder: TempDir,
    runtime: Runtime,
}

impl Installation {
    pub fn new() -> Self {
        Self::with_database(Database::new())
    }

    /// Uses a separate PostgreSQL server, which can be restarted.
    pub fn with_own_database_server() -> Self {
        Self::with_database(Database::on_own_server())
    }

    fn with_database(database: impl Future<Output = Database>) -> Self {
        // The proxies run on a worker thread of this runtime.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        Self {
            database: runtime.block_on(database),
            folder: tempfile::tempdir().unwrap(),
            runtime,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn node(&self) -> Command {
        self.node_by(self.database.url().as_str())
    }

    /// Returns a node that reaches the database only through `proxy`.
    pub fn node_behind(&self, proxy: &Proxy) -> Command {
        self.node_by(proxy.url.as_str())
    }

    fn node_by(&self, url: &str) -> Command {
        let mut command = voxum(self.folder.path());
        command
            .env("VOXUM_DATABASE_URL", url)
            .env("VOXUM_PEPPER", PEPPER);
        command
    }

    /// Starts a proxy to the database that can simulate faults.
    pub fn proxy(&self) -> Proxy {
        self.runtime.block_on(Proxy::start(&self.database.url()))
    }

    /// Stops the database server, "fast" or "immediate", and starts it again, or restarts it as a
    /// "standby".
    pub fn restart_database(&self, mode: &str) {
        self.database.restart(mode);
    }

    /// Returns a single number from the database.
    pub fn count(&self, statement: &str) -> i64 {
        self.runtime.block_on(async {
            let statement = AssertSqlSafe(statement);
            let query = sqlx::query_scalar(statement);
            query
                .fetch_one(&mut self.database.raw().await)
                .await
                .unwrap()
        })
    }

    pub fn change(&self, statement: &str) {
        self.runtime.block_on(async {
            let statement = sqlx::raw_sql(AssertSqlSafe(statement));
            statement
                .execute(&mut self.database.raw().await)
                .await
                .unwrap();
        });
    }

    /// Runs a statement in a transaction and keeps its locks until the connection is dropped.
    pub fn hold(&self, statement: &str) -> PgConnection {
        let statement = AssertSqlSafe(format!("BEGIN; {statement}"));
        self.runtime.block_on(async {
            let mut connection = self.database.raw().await;
            let result = sqlx::raw_sql(statement).execute(&mut connection).await;
            result.unwrap();
            connection
        })
    }

    /// Does `work` while a transaction is open that has run this statement.
    pub fn during<T>(&self, statement: &str, work: impl FnOnce() -> T) -> T {
        let mut raw = self.runtime.block_on(self.database.raw());
        let begin = format!("BEGIN; {statement}");
        self.runtime
            .block_on(sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut raw))
            .unwrap();
        let result = work();
        self.runtime
            .block_on(sqlx::raw_sql("ROLLBACK").execute(&mut raw))
            .unwrap();
        result
    }

    pub fn end(self, nodes: impl IntoIterator<Item = Server>) {
        stop(nodes);
        let file_count = std::fs::read_dir(self.folder.path()).unwrap().count();
        assert_eq!(file_count, 0, "a node left something on its own machine");
        self.runtime.block_on(self.database.drop());
    }
}

/// Stops nodes, which must exit cleanly and without secrets in their logs.
pub fn stop(nodes: impl IntoIterator<Item = Server>) {
    for node in nodes {
        let (status, log, _) = node.stop();
        assert!(status.success() && !log.contains("panicked"), "{log}");
        log.lacks_all([DATABASE_PASSWORD, PEPPER]);
    }
}

#[track_caller]
pub fn wait_for(context: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "{context}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn signal(server: &Server, name: &str) {
    let status = Command::new("kill")
        .args([name, &server.pid().to_string()])
        .status();
    assert!(status.unwrap().success());
}
