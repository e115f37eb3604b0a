//! The program as a child process, and a simple client for it.

use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const PASSWORD: &str = "correct horse battery";
/// Form token of the only key that a member creates.
pub const TOKEN: &str = "0123456789abcdef";

/// Returns the program in a new folder, with none of this machine's settings.
pub fn voxum(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_voxum"));
    command
        .current_dir(folder)
        .env_clear()
        .env("VOXUM_LISTEN", "127.0.0.1:0");
    command
}

/// Runs a command to completion; returns its exit code, standard output and standard error.
#[track_caller]
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Returns the single line of a program that ended with this code and printed nothing else.
#[track_caller]
pub fn refusal((status, out, err): (Option<i32>, String, String), code: i32) -> String {
    let printed = (status, out.as_str(), err.lines().count());
    assert_eq!(printed, (Some(code), "", 1), "{err}");
    err
}

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    /// The log is read continuously, since a full pipe would block the server.
    log: Option<JoinHandle<String>>,
    pub url: String,
    /// The path of the first owner's link, if there is no owner yet.
    pub setup: Option<String>,
}

impl Server {
    pub fn start(folder: &Path) -> Self {
        Self::spawn(&mut voxum(folder), false)
    }

    /// Starts the server and waits until it listens and, if `expect_setup_link`, has printed the
    /// link.
    pub fn spawn(command: &mut Command, expect_setup_link: bool) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            err.read_to_string(&mut log).unwrap();
            log
        });
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = |beginning: &str| {
            let line = out.next().map(Result::unwrap);
            let rest = line
                .as_deref()
                .and_then(|line| line.strip_prefix(beginning))
                .map(str::to_owned);
            rest.unwrap_or_else(|| panic!("{line:?} does not begin with {beginning:?}"))
        };
        let url = line("Listening on ");
        let setup = expect_setup_link
            .then(|| line("Set up the first owner: "))
            .map(|link| {
                let (_, path) = link.split_at(link.find("/setup/").unwrap());
                path.to_owned()
            });
        Self {
            child,
            log: Some(log),
            url,
            setup,
        }
    }

    /// Starts the server on an empty database, and sets up its owner.
    pub fn spawn_with_owner(command: &mut Command) -> (Self, Client) {
        let server = Self::spawn(command, true);
        let owner = server.set_up(server.setup.as_deref().unwrap(), "ada@example.com");
        (server, owner)
    }

    /// Starts the server in an empty folder, with an owner.
    pub fn with_owner(folder: &Path) -> (Self, Client) {
        Self::spawn_with_owner(&mut voxum(folder))
    }

    /// Starts the server in a new folder, with an owner.
    pub fn with_folder() -> (TempDir, Self, Client) {
        let folder = tempfile::tempdir().unwrap();
        let (server, owner) = Self::with_owner(folder.path());
        (folder, server, owner)
    }

    pub fn set_up(&self, path: &str, email: &str) -> Client {
        let anonymous = self.client(None);
        let form = format!(
            "account_name=Acme&email={email}&password={}",
            PASSWORD.replace(' ', "+")
        );
        let response = anonymous.form(path, &form).unwrap();
        assert_eq!(response.status, 303, "{}", response.body);
        self.client(Some(("cookie", response.cookie)))
    }

    pub fn client(&self, header: Option<(&'static str, String)>) -> Client {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(10)))
            .build();
        Client {
            agent: agent.into(),
            url: self.url.clone(),
            header,
            forwarded_for: None,
        }
    }

    pub fn key(&self, secret: &str) -> Client {
        self.client(Some(("x-api-key", secret.to_owned())))
    }

    /// Returns the server's address and port.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Opens a connection on which nothing takes longer than a minute.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        let timeout = Some(Duration::from_secs(60));
        stream.set_read_timeout(timeout).unwrap();
        stream.set_write_timeout(timeout).unwrap();
        stream
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the server as with `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Returns the same client for this server. The name of the session cookie includes the
    /// server's port, so the session is sent under the name that earlier versions used.
    pub fn reconnect(&self, client: &Client) -> Client {
        let adapt_header = |(name, value): (&'static str, String)| match value.split_once('=') {
            Some((_, token)) if name == "cookie" => (name, format!("voxum_session={token}")),
            _ => (name, value),
        };
        Client {
            url: self.url.clone(),
            header: client.header.clone().map(adapt_header),
            ..client.clone()
        }
    }

    /// Stops the server; returns its exit status, its log and how long it took.
    pub fn stop(mut self) -> (ExitStatus, String, Duration) {
        let start = Instant::now();
        self.terminate();
        let status = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        (status, log, start.elapsed())
    }

    pub fn terminate(&self) {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // If a test fails, print what the server logged.
        if std::thread::panicking()
            && let Some(Ok(log)) = self.log.take().map(JoinHandle::join)
        {
            eprintln!("{} logged:\n{log}", self.url);
        }
    }
}

pub struct Response {
    pub status: u16,
    pub body: String,
    /// Name and value of the first cookie.
    pub cookie: String,
    pub retry_after: Option<String>,
}

impl AsRef<str> for Response {
    fn as_ref(&self) -> &str {
        &self.body
    }
}

/// A client that sends one header with every request.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
    header: Option<(&'static str, String)>,
    forwarded_for: Option<String>,
}

impl Client {
    /// Returns a client of the same server that uses a key.
    pub fn with_key(&self, secret: &str) -> Self {
        Self {
            header: Some(("x-api-key", secret.to_owned())),
            ..self.clone()
        }
    }

    /// Returns a client that acts as a proxy and forwards the requests of `address`.
    pub fn on_behalf_of(&self, address: String) -> Self {
        Self {
            forwarded_for: Some(address),
            ..self.clone()
        }
    }

    /// Returns the cookie that a member's client sends.
    pub fn cookie(&self) -> &str {
        self.header.as_ref().map_or("", |(_, value)| value)
    }

    /// # Errors
    /// No response arrived.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Result<Response, ureq::Error> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        if let Some((name, value)) = &self.header {
            request = request.header(*name, value);
        }
        if let Some(address) = &self.forwarded_for {
            request = request.header("x-forwarded-for", address);
        }
        let request = request
            .header("content-type", kind)
            .header("origin", &self.url);
        let mut response = self.agent.run(request.body(body.to_owned()).unwrap())?;
        let cookie = response
            .headers()
            .get("set-cookie")
            .map(|line| line.to_str().unwrap());
        let cookie = cookie
            .and_then(|line| line.split(';').next())
            .unwrap_or_default()
            .to_owned();
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.map(|line| line.to_str().unwrap().to_owned());
        let body = response.body_mut().read_to_string()?;
        Ok(Response {
            status: response.status().as_u16(),
            body,
            cookie,
            retry_after,
        })
    }

    /// # Errors
    /// No response arrived.
    pub fn get(&self, path: &str) -> Result<Response, ureq::Error> {
        self.send("GET", path, "text/plain", "")
    }

    /// Returns the status of the response to a `GET`.
    pub fn status(&self, path: &str) -> u16 {
        self.get(path).unwrap().status
    }

    /// # Errors
    /// No response arrived.
    pub fn form(&self, path: &str, body: &str) -> Result<Response, ureq::Error> {
        self.send("POST", path, "application/x-www-form-urlencoded", body)
    }

    /// Calls a server function and returns its response.
    ///
    /// # Errors
    /// No response arrived.
    pub fn call(&self, function: &str, arguments: &Value) -> Result<Value, ureq::Error> {
        let path = format!("/call/{function}");
        let response = self.send("POST", &path, "application/json", &arguments.to_string())?;
        assert_eq!(response.status, 200, "{}", response.body);
        Ok(serde_json::from_str(&response.body).unwrap())
    }

    /// Creates a key and returns its secret.
    ///
    /// # Errors
    /// No response arrived; the key may or may not have been created.
    pub fn create(&self, name: &str, form_token: &str) -> Result<String, ureq::Error> {
        self.create_with(name, form_token, &["inventory:read", "inventory:write"])
    }

    /// Creates a key with these permissions and returns its secret.
    ///
    /// # Errors
    /// Those of [`Self::create`].
    pub fn create_with(
        &self,
        name: &str,
        form_token: &str,
        scopes: &[&str],
    ) -> Result<String, ureq::Error> {
        let response = self.make(name, form_token, scopes)?;
        Ok(text(&response, "/Ok/secret"))
    }

    /// Creates a key and returns its id and its secret.
    ///
    /// # Errors
    /// Those of [`Self::create`].
    pub fn issue(&self, name: &str, form_token: &str) -> Result<(String, String), ureq::Error> {
        let response = self.make(name, form_token, &["inventory:read"])?;
        Ok((text(&response, "/Ok/key/id"), text(&response, "/Ok/secret")))
    }

    fn make(&self, name: &str, form_token: &str, scopes: &[&str]) -> Result<Value, ureq::Error> {
        let form = json!({ "name": name, "scopes": scopes, "expires": "90d", "token": form_token });
        self.call("keys/create", &json!({ "form": form }))
    }

    pub fn keys(&self) -> Vec<Value> {
        let page = self.call("keys/list", &json!({})).unwrap();
        page["Ok"]["keys"]
            .as_array()
            .unwrap_or_else(|| panic!("{page}"))
            .clone()
    }
}

fn text(response: &Value, at: &str) -> String {
    let text = response.pointer(at).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("{response}")).to_owned()
}

/// Returns a single number from the database.
pub fn count(folder: &Path, statement: &str) -> i64 {
    in_database(folder, async |connection| {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
        query.fetch_one(connection).await
    })
}

/// Changes the database without the server's knowledge.
pub fn change(folder: &Path, statement: &'static str) {
    in_database(folder, async |connection| {
        sqlx::query(statement).execute(connection).await
    });
}

fn in_database<T>(
    folder: &Path,
    work: impl AsyncFnOnce(&mut sqlx::SqliteConnection) -> sqlx::Result<T>,
) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let file = folder.join("data/voxum.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await.unwrap();
        work(&mut connection).await.unwrap()
    })
}
