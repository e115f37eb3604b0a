//! HTTPS and HTTP/2, requested with curl.

use crate::support::{Server, TOKEN, run, voxum};
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::Text as _;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/binary/tls")
        .join(name)
}

fn tls_server(folder: &Path, cert: &Path, key: &Path) -> Command {
    let mut command = voxum(folder);
    command
        .env("VOXUM_TLS_CERT", cert)
        .env("VOXUM_TLS_KEY", key);
    command
}

/// Returns the response headers that curl prints.
fn curl(url: &str, options: &[&str]) -> String {
    let mut command = Command::new("curl");
    let command = command.args(["-sS", "-i", "--max-time", "10", "--cacert"]);
    let (code, out, err) = run(command.arg(file("cert.pem")).args(options).arg(url));
    assert_eq!(code, Some(0), "{err}");
    out.split("\r\n\r\n").next().unwrap().to_lowercase()
}

#[test]
fn http1_and_http2_are_served_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::spawn(
        &mut tls_server(folder.path(), &file("cert.pem"), &file("key.pem")),
        true,
    );
    assert!(
        server.url.starts_with("https://127.0.0.1:"),
        "{}",
        server.url
    );
    let path = format!("{}/healthz", server.url);
    for (option, version) in [("--http1.1", "http/1.1 200"), ("--http2", "http/2 200")] {
        let head = curl(&path, &[option]);
        assert!(head.starts_with(version), "{head}");
        head.has("strict-transport-security: max-age=31536000");
    }
    // The console trusts the browser's statement that the request comes from its own page.
    let page = format!("{}{}", server.url, server.setup.as_deref().unwrap());
    let form = "account_name=Acme&email=ada%40example.com&password=correct+horse+battery";
    let head = curl(
        &page,
        &[
            "--http2",
            "-H",
            &format!("origin: {}", server.url),
            "-d",
            form,
        ],
    );
    assert!(head.starts_with("http/2 303"), "{head}");
    head.has_all(["__host-voxum_session_", "secure"]);

    let plain = path.replace("https:", "http:");
    let (code, _, _) = run(Command::new("curl").args(["-sS", "--max-time", "10", &plain]));
    assert_ne!(code, Some(0), "plain http is answered");
    let (status, log, _) = server.stop();
    assert!(status.success(), "{log}");
}

#[test]
fn http2_with_prior_knowledge_is_served_without_tls() {
    let (_folder, server, owner) = Server::with_folder();
    let secret = owner.create("Feed", TOKEN).unwrap();
    let call = format!("{}/api/key", server.url);
    let key = format!("x-api-key: {secret}");
    let head = curl(&call, &["--http2-prior-knowledge", "-H", &key]);
    assert!(head.starts_with("http/2 200"), "{head}");
    head.lacks("strict-transport-security");
    let head = curl(&call, &["--http2-prior-knowledge"]);
    assert!(head.starts_with("http/2 401"), "{head}");
    let item = "{\"name\":\"A car\"}";
    let to = format!("{}/api/inventory/A", server.url);
    let json = [
        "-H",
        "content-type: application/json",
        "-X",
        "PUT",
        "-d",
        item,
    ];
    let head = curl(
        &to,
        &[&["--http2-prior-knowledge", "-H", &key], json.as_slice()].concat(),
    );
    assert!(head.starts_with("http/2 201"), "{head}");
}

#[test]
fn invalid_tls_files_stop_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "swordfish").unwrap();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    for (cert, key, message) in [
        (
            &cert,
            &file("other-key.pem"),
            "does not belong to the first certificate",
        ),
        (&file("none.pem"), &key, "none.pem, which cannot be read"),
        (&cert, &file("none.pem"), "none.pem, which cannot be read"),
        (&empty, &key, "VOXUM_TLS_CERT names"),
        (&cert, &empty, "VOXUM_TLS_KEY names"),
    ] {
        let (code, out, err) = run(&mut tls_server(folder.path(), cert, key));
        assert_eq!(code, Some(1), "{err}");
        assert_eq!(out, "");
        assert_eq!(err.lines().count(), 1, "{err}");
        err.has(message);
        err.lacks("swordfish");
    }
}

#[test]
fn renewed_certificate_is_loaded_on_sighup() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::copy(file("cert.pem"), &cert).unwrap();
    std::fs::copy(file("key.pem"), &key).unwrap();
    let server = Server::spawn(&mut tls_server(folder.path(), &cert, &key), true);
    let hang_up = || {
        let process = server.pid().to_string();
        assert!(
            Command::new("kill")
                .args(["-HUP", &process])
                .status()
                .unwrap()
                .success()
        );
        std::thread::sleep(std::time::Duration::from_millis(300));
    };
    std::fs::copy(file("other-key.pem"), &key).unwrap();
    hang_up();
    let path = format!("{}/healthz", server.url);
    assert!(
        curl(&path, &[]).contains(" 200"),
        "what does not fit is not taken"
    );
    std::fs::copy(file("other-cert.pem"), &cert).unwrap();
    hang_up();
    let insecure = run(Command::new("curl").args(["-sSkv", "--max-time", "10", &path])).2;
    insecure.has("CN=renewed");
    let (_, log, _) = server.stop();
    log.has("the certificate could not be reloaded");
    log.has("the certificate was reloaded");
}
