//! A PostgreSQL server that accepts only TLS, and the settings in the database URL about its
//! certificate.

use crate::support::{Server, TOKEN, refusal, run, voxum};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::path::{Path, PathBuf};
use testkit::Text as _;
use testkit::postgres::{PASSWORD as DATABASE_PASSWORD, start};
use url::Url;

const PEPPER: &str = "7b1f0c55a6d94e20b3c8f17de2904a66c1d2e3f405162738495a6b7c8d9e0f10";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/binary/tls")
        .join(name)
}

/// Returns the numbers of the servers' encrypted and unencrypted connections to the database.
async fn connections(url: &Url) -> (i64, i64) {
    let options: PgConnectOptions = url.as_str().parse().unwrap();
    let options = options.ssl_mode(PgSslMode::Require);
    let mut connection = options.connect().await.unwrap();
    let sql = "SELECT count(*) FILTER (WHERE s.ssl), count(*) FILTER (WHERE NOT s.ssl)
        FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'voxum'";
    sqlx::query_as(sql)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn database_certificate_is_verified_if_the_url_requires_it() {
    let read = |name| std::fs::read_to_string(file(name)).unwrap();
    let tls = (&*read("postgres-cert.pem"), &*read("postgres-key.pem"));
    let postgres = start(Some(tls), &[]);
    let folder = tempfile::tempdir().unwrap();
    let command_with = |root: &Path, host: &str| {
        let mut url = postgres.url.clone();
        url.set_host(Some(host)).unwrap();
        let root = root.to_str().unwrap();
        url.query_pairs_mut()
            .append_pair("sslmode", "verify-full")
            .append_pair("sslrootcert", root);
        let mut command = voxum(folder.path());
        command
            .env("VOXUM_DATABASE_URL", url.as_str())
            .env("VOXUM_PEPPER", PEPPER);
        command
    };
    let assert_refused = |root: &Path, host: &str, words: &[&str]| {
        // `key list` opens the database like a start does, but exits on its own if it was wrongly
        // accepted.
        let mut command = command_with(root, host);
        let command = command.args(["key", "list"]);
        let err = tokio::task::block_in_place(|| refusal(run(command), 1));
        for word in words {
            assert!(err.contains(word), "{word}: {err}");
        }
        err.lacks(DATABASE_PASSWORD);
    };
    let root = file("postgres-root.pem");
    assert_refused(
        &file("cert.pem"),
        "127.0.0.1",
        &[
            "certificate of the PostgreSQL server",
            "is not accepted",
            "sslrootcert",
        ],
    );
    assert_refused(
        &root,
        "localhost",
        &[
            "is not accepted",
            "use the host name that it was issued for",
        ],
    );
    let (code, out, err) =
        tokio::task::block_in_place(|| run(command_with(&root, "localhost").arg("doctor")));
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    out.has_all(["error    database", "is not accepted"]);
    assert_refused(
        Path::new("/nowhere/root.pem"),
        "127.0.0.1",
        &["a file in the database URL", "sslrootcert", "No such file"],
    );

    tokio::task::block_in_place(|| {
        let (server, owner) = Server::spawn_with_owner(&mut command_with(&root, "127.0.0.1"));
        let secret = owner.create("CRM Sync", TOKEN).unwrap();
        let status = server.key(&secret).status("/api/key");
        assert_eq!(status, 200);
        let runtime = tokio::runtime::Handle::current();
        let (encrypted, plain) = runtime.block_on(connections(&postgres.url));
        assert!(encrypted > 0 && plain == 0, "{encrypted}, {plain}");
        let (code, out, err) = run(command_with(&root, "127.0.0.1").arg("doctor"));
        assert_eq!(code, Some(0), "{out}{err}");
        let line = "the connection is encrypted, and the certificate is verified";
        out.has(line);
        let (status, log, _) = server.stop();
        assert!(status.success(), "{log}");
    });
}
