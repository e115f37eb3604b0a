//! A PostgreSQL server for the tests of this process, and databases on it.
//!
//! `TEST_POSTGRES_URL` names a running server whose user may create databases. Without it, the
//! tests start a server from the installed programs, which ends with this process.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use url::Url;

/// Password of the test user. It must not occur in any log.
pub const PASSWORD: &str = "canary-7c41";

pub struct Server {
    pub url: Url,
    /// The process, if the tests started the server. It ends when its pipe is closed.
    process: Option<Mutex<(Child, BufReader<ChildStdout>)>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(Ok((process, _))) = self.process.as_mut().map(Mutex::get_mut) {
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }
}

impl Server {
    /// Returns the server that all tests of this process share.
    fn shared() -> Arc<Self> {
        static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
        let server = SERVER.get_or_init(|| match std::env::var("TEST_POSTGRES_URL") {
            Ok(url) => Arc::new(Self {
                url: url.parse().expect("TEST_POSTGRES_URL is a URL"),
                process: None,
            }),
            Err(_) => Arc::new(start(None, &[])),
        });
        Arc::clone(server)
    }
}

/// Starts a server for one test, which ends with it. With a certificate and its key, in PEM, it
/// accepts only TLS. `prefix` is the command that runs the server, such as in another namespace.
pub fn start(tls: Option<(&str, &str)>, prefix: &[String]) -> Server {
    let programs = programs();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    // PostgreSQL refuses to run as root, so root switches to another user.
    let root = std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    let user = [
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
    ];
    let user = if root { &user[..] } else { &[] };
    let prefix = prefix.iter().map(String::as_str);
    let mut arguments = prefix.chain(user.iter().copied()).chain(["sh"]);
    let mut command = Command::new(arguments.next().expect("a program"));
    command.args(arguments);
    if let Some((cert, key)) = tls {
        command.env("CERT", cert).env("KEY", key);
    }
    let mut process = command
        // Passed as text, since that user may not be able to read the directory of the tests.
        .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
        .arg(programs)
        .args([&port.to_string(), PASSWORD])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server's script starts");
    let mut stdout = BufReader::new(process.stdout.take().expect("a pipe"));
    wait_until_ready(&mut stdout);
    let url = format!("postgres://voxum:{PASSWORD}@127.0.0.1:{port}/postgres");
    Server {
        url: url.parse().expect("a URL"),
        process: Some(Mutex::new((process, stdout))),
    }
}

fn wait_until_ready(stdout: &mut BufReader<ChildStdout>) {
    let mut lines = stdout.lines();
    let line = lines.next().and_then(Result::ok).unwrap_or_default();
    if line != "ready" {
        let rest: Vec<_> = lines.map_while(Result::ok).collect();
        panic!("PostgreSQL does not start: {line}\n{}", rest.join("\n"));
    }
}

/// Returns the directory of `initdb` and `postgres`: on the PATH, or the newest one of Debian's.
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

/// An empty database for one test.
pub struct Database {
    name: String,
    server: Arc<Server>,
}

impl Database {
    pub async fn new() -> Self {
        Self::from_template("template1", "").await
    }

    pub async fn from_template(template: &str, options: &str) -> Self {
        Self::create_on(Server::shared(), template, options).await
    }

    /// Creates a copy of this database, to which nothing may be connected. Its files are copied:
    /// the default since PostgreSQL 15, by the log of the server, takes twice as long.
    pub async fn copy(&self) -> Self {
        let is_old = self.server.version().await < 150_000;
        let strategy = if is_old { "" } else { "STRATEGY file_copy" };
        Self::create_on(Arc::clone(&self.server), &self.name, strategy).await
    }

    /// Creates a database on a server for this test alone, which can be restarted.
    pub async fn on_own_server() -> Self {
        Self::create_on(Arc::new(start(None, &[])), "template1", "").await
    }

    pub async fn create_on(server: Arc<Server>, template: &str, options: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("voxum_test_{}_{count}", std::process::id());
        server
            .command(&format!(
                "CREATE DATABASE {name} TEMPLATE {template} {options}"
            ))
            .await;
        Self { name, server }
    }

    /// Stops the server of [`Self::on_own_server`] in the mode "fast" or "immediate" and starts it
    /// again, or restarts it as a "standby".
    pub fn restart(&self, mode: &str) {
        let process = self.server.process.as_ref().expect("one of its own");
        let mut process = process.lock().expect("the last restart went well");
        let (process, stdout) = &mut *process;
        let stdin = process.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{mode}").expect("the script reads");
        wait_until_ready(stdout);
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> Url {
        let mut url = self.server.url.clone();
        url.set_path(&self.name);
        url
    }

    /// Returns a connection outside the store.
    pub async fn raw(&self) -> PgConnection {
        connect(&self.url()).await
    }

    /// Drops the database, and ends all connections to it.
    pub async fn drop(self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        self.server.command(&drop).await;
    }
}

async fn connect(url: &Url) -> PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.as_str().parse().expect("options");
    options.connect().await.expect("a connection")
}

impl Server {
    /// Returns the version as `server_version_num`.
    async fn version(&self) -> i32 {
        let mut connection = connect(&self.url).await;
        let version = "SELECT current_setting('server_version_num')::integer";
        let version = sqlx::query_scalar(version).fetch_one(&mut connection).await;
        connection.close().await.expect("closed");
        version.expect("a version")
    }

    /// Runs a statement on the server's default database.
    pub async fn command(&self, sql: &str) {
        let mut connection = connect(&self.url).await;
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .expect(sql);
        connection.close().await.expect("closed");
    }
}
