//! A PostgreSQL server for the tests of this process, and databases on it.
//!
//! `TEST_POSTGRES_URL` names a running one, whose user may create databases. Without it one is started of the installed
//! programs, and ends with this process.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use url::Url;

/// No more than a part of the log in which it must not stand.
pub const PASSWORD: &str = "canary-7c41";

pub struct Server {
    pub url: Url,
    /// Holds the pipe whose end is the server's.
    _process: Option<Child>,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => Server {
            url: url.parse().expect("TEST_POSTGRES_URL is a URL"),
            _process: None,
        },
        Err(_) => start(None),
    })
}

/// One of the test's own, which ends with it. With a certificate and its key, in PEM, it speaks TLS alone.
pub fn start(tls: Option<(&str, &str)>) -> Server {
    let programs = programs();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    // As whoever runs the tests; PostgreSQL refuses to run as root.
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    let mut command = Command::new(if root { "setpriv" } else { "sh" });
    if root {
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "sh",
        ]);
    }
    if let Some((cert, key)) = tls {
        command.env("CERT", cert).env("KEY", key);
    }
    let mut process = command
        // As a text: the folder of the tests may be closed to that user.
        .args(["-c", include_str!("server.sh"), "server.sh"])
        .arg(programs)
        .args([&port.to_string(), PASSWORD])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server's script starts");
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    let line = lines.next().and_then(Result::ok).unwrap_or_default();
    if line != "ready" {
        let rest: Vec<_> = lines.map_while(Result::ok).collect();
        panic!("PostgreSQL does not start: {line}\n{}", rest.join("\n"));
    }
    let url = format!("postgres://voxum:{PASSWORD}@127.0.0.1:{port}/postgres");
    Server {
        url: url.parse().expect("a URL"),
        _process: Some(process),
    }
}

/// The folder of `initdb` and `postgres`: on the PATH, else the newest of Debian's.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("PostgreSQL is installed; .ci/setup/postgres.sh does that")
}

/// A database of its own, with nothing in it.
pub struct Database {
    name: String,
}

impl Database {
    pub async fn new() -> Self {
        Self::like("template1", "").await
    }

    pub async fn like(template: &str, rest: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("voxum_test_{}_{count}", std::process::id());
        command(&format!(
            "CREATE DATABASE {name} TEMPLATE {template} {rest}"
        ))
        .await;
        Self { name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> Url {
        let mut url = server().url.clone();
        url.set_path(&self.name);
        url
    }

    /// A connection that no store knows of.
    pub async fn raw(&self) -> PgConnection {
        connect(&self.url()).await
    }

    /// Ends whatever connections it has.
    pub async fn drop(self) {
        command(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

async fn connect(url: &Url) -> PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.as_str().parse().expect("options");
    options.connect().await.expect("a connection")
}

/// Runs a statement beside all databases.
pub async fn command(sql: &str) {
    let mut connection = connect(&server().url).await;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect(sql);
    connection.close().await.expect("closed");
}
