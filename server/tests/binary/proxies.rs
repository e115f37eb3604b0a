//! The server behind nginx and behind Caddy, each with its configuration in `server/deploy`.

use crate::support::{Server, count, run, voxum};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::Text as _;

pub const ORIGIN: &str = "https://console.example.com";

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A proxy, stopped when dropped.
pub struct Proxy {
    process: Child,
    url: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Proxy {
    fn start(mut command: Command, folder: &Path, port: u16) -> Self {
        let log = std::fs::File::create(folder.join("proxy.log")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let command = command
            .env_clear()
            .env("PATH", format!("{path}:/usr/sbin"))
            .env("HOME", folder)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let mut process = command
            .spawn()
            .expect("nginx and Caddy are installed; .ci/setup/deploy.sh does that");
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = || std::fs::read_to_string(folder.join("proxy.log")).unwrap();
            assert_eq!(process.try_wait().unwrap(), None, "{}", log());
            assert!(start.elapsed() < Duration::from_secs(20), "{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        let url = format!("https://127.0.0.1:{port}");
        Self { process, url }
    }

    fn curl(&self, path: &str, options: &[&str]) -> Command {
        let origin = format!("origin: {ORIGIN}");
        let mut command = Command::new("curl");
        command.args(["-sSk", "-i", "--max-time", "20", "-H", &origin]);
        // A forged address that the proxy must replace.
        command.args(["-H", "x-forwarded-for: 203.0.113.9"]);
        command.args(options).arg(format!("{}{path}", self.url));
        command
    }
}

/// Replaces parts of a configuration for this machine; each part must occur in the text.
pub fn replace_parts(text: &str, changes: &[(&str, String)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not there any more");
        text.replace(from, to)
    })
}

fn nginx(folder: &Path, server: &str) -> Proxy {
    let text = std::fs::read_to_string(file("deploy/nginx.conf")).unwrap();
    nginx_with(
        folder,
        &replace_parts(&text, &[("127.0.0.1:3000", server.to_owned())]),
    )
}

/// Starts nginx with the text of `server/deploy/nginx.conf`, in which the addresses of the servers
/// are already replaced.
pub fn nginx_with(folder: &Path, text: &str) -> Proxy {
    let (port, http_port) = (free_port(), free_port());
    let (cert, key) = (
        file("tests/binary/tls/cert.pem"),
        file("tests/binary/tls/key.pem"),
    );
    let text = replace_parts(
        text,
        &[
            ("listen 80;", format!("listen 127.0.0.1:{http_port};")),
            ("listen 443 ", format!("listen 127.0.0.1:{port} ")),
            (
                "/etc/ssl/console.example.com.pem",
                cert.display().to_string(),
            ),
            (
                "/etc/ssl/console.example.com.key",
                key.display().to_string(),
            ),
        ],
    );
    let temp_paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {}/{kind};", folder.display()));
    let config = format!(
        "daemon off; master_process off; pid {}/pid; events {{}} http {{ gzip on; access_log off; {} {text} }}",
        folder.display(),
        temp_paths.concat()
    );
    let conf = folder.join("nginx.conf");
    std::fs::write(&conf, config).unwrap();
    let mut command = Command::new("nginx");
    command.args(["-e", "stderr", "-c"]).arg(conf);
    Proxy::start(command, folder, port)
}

fn caddy(folder: &Path, server: &str) -> Proxy {
    let port = free_port();
    let text = std::fs::read_to_string(file("deploy/Caddyfile")).unwrap();
    let (cert, key) = (
        file("tests/binary/tls/cert.pem"),
        file("tests/binary/tls/key.pem"),
    );
    let site = format!(
        "https://127.0.0.1:{port} {{\ntls {} {}\n",
        cert.display(),
        key.display()
    );
    let text = replace_parts(
        &text,
        &[
            ("127.0.0.1:3000", server.to_owned()),
            ("console.example.com {\n", site),
        ],
    );
    let conf = folder.join("Caddyfile");
    std::fs::write(
        &conf,
        format!("{{\nadmin off\nauto_https disable_redirects\n}}\n{text}"),
    )
    .unwrap();
    let mut command = Command::new("caddy");
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(conf);
    Proxy::start(command, folder, port)
}

/// Checks that a body above the limit is refused with the server's own response. `made` is the
/// response that contains a key.
fn assert_large_body_is_refused(proxy: &Proxy, folder: &Path, key_response: &str) {
    let (_, secret) = key_response.split_once("\"secret\":\"").unwrap();
    let (secret, _) = secret.split_once('"').unwrap();
    let key = format!("x-api-key: {secret}");
    let body = folder.join("body");
    std::fs::write(&body, vec![b' '; 40 * 1024 * 1024]).unwrap();
    let body = format!("@{}", body.display());
    for version in ["--http1.1", "--http2"] {
        for expect in ["expect:", "expect: 100-continue"] {
            let options = ["-H", &key, "-H", "content-type: application/json"];
            let options = [
                &options[..],
                &["-H", expect, "--data-binary", &body, version],
            ]
            .concat();
            let (code, output, err) = run(&mut proxy.curl("/api/leads", &options));
            assert_eq!(code, Some(0), "{version} {expect}: {output}{err}");
            assert!(output.contains(" 413"), "{version} {expect}: {output}");
            assert!(
                output.contains("body_too_large"),
                "{version} {expect}: {output}"
            );
        }
    }
}

/// Checks the server behind a proxy. `keeps_reading`: the proxy, too, keeps reading after a
/// refusal. Caddy closes the connection of a client that is still sending.
fn check_behind_proxy(proxy: impl FnOnce(&Path, &str) -> Proxy, keeps_reading: bool) {
    let (folder, proxy_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = voxum(folder.path());
    command
        .env("VOXUM_PUBLIC_URL", ORIGIN)
        .env("VOXUM_TRUSTED_PROXIES", "127.0.0.1");
    let server = Server::spawn(&mut command, true);
    let proxy = proxy(
        proxy_folder.path(),
        server.url.strip_prefix("http://").unwrap(),
    );

    let (_, output, err) = run(&mut proxy.curl("/readyz", &["--http2"]));
    assert!(output.starts_with("HTTP/2 200"), "{output}{err}");
    // The page of a link is not compressed by the server, and so not by the proxy either.
    let setup = server.setup.as_deref().unwrap();
    let (_, output, _) = run(&mut proxy.curl(setup, &["-H", "accept-encoding: gzip"]));
    assert!(output.contains("<!DOCTYPE html>"), "{output}");
    assert!(!output.contains("content-encoding"), "{output}");
    let form = "account_name=Acme&email=ada%40example.com&password=correct+horse+battery";
    let (_, output, _) = run(&mut proxy.curl(setup, &["-d", form]));
    let cookie = output
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookie
        .unwrap_or_else(|| panic!("{output}"))
        .split(';')
        .next()
        .unwrap();
    let cookie = format!("cookie: {cookie}");

    // An address that a caller forged has no effect.
    let count_events_from = |address: &str| -> i64 {
        match address {
            "127.0.0.1" => count(
                folder.path(),
                "SELECT count(*) FROM audit_events WHERE ip = '127.0.0.1'",
            ),
            _ => count(
                folder.path(),
                "SELECT count(*) FROM audit_events WHERE ip IS NOT NULL AND ip <> '127.0.0.1'",
            ),
        }
    };
    assert!(count_events_from("127.0.0.1") > 0);
    assert_eq!(
        count_events_from("another"),
        0,
        "the caller's own tale was believed"
    );

    // Events arrive immediately, not when the response ends, because it does not end.
    let output = proxy_folder.path().join("events");
    let mut events = proxy
        .curl("/keys/events", &["-N", "-H", &cookie])
        .stdout(std::fs::File::create(&output).unwrap())
        .spawn()
        .unwrap();
    let read = || std::fs::read_to_string(&output).unwrap_or_default();
    let wait = |context: &str, word: &str| {
        let start = Instant::now();
        while !read().contains(word) {
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "{context}: {}",
                read()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    wait("there is no stream", "text/event-stream");
    let form = r#"{"form":{"name":"CRM Sync","scopes":["leads:write"],"expires":"90d","token":"0123456789abcdef"}}"#;
    let (_, key_response, _) = run(&mut proxy.curl(
        "/call/keys/create",
        &[
            "-H",
            &cookie,
            "-H",
            "content-type: application/json",
            "-d",
            form,
        ],
    ));
    key_response.has("vx_");
    wait("the change was kept back", "CRM Sync");
    let _ = events.kill();
    let _ = events.wait();

    if keeps_reading {
        assert_large_body_is_refused(&proxy, proxy_folder.path(), &key_response);
    }
    drop(proxy);
    server.stop();
}

#[test]
fn server_works_behind_nginx_with_the_provided_configuration() {
    check_behind_proxy(nginx, true);
}

#[test]
fn server_works_behind_caddy_with_the_provided_configuration() {
    check_behind_proxy(caddy, false);
}
