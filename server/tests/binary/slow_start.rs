//! A start that has to wait for its database and is stopped by a signal.

use crate::installation::{Installation, wait_for};
use crate::support::{Server, voxum};
use sqlx::{Connection as _, Executor as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use testkit::Text as _;

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Starts a server, and stops it while it waits. Signals are handled before it listens.
fn assert_stops_cleanly<T>(command: &mut Command, wait: impl FnOnce() -> T) {
    let address = free_address();
    let mut child: Child = command
        .env("VOXUM_LISTEN", address.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("it listens", || TcpStream::connect(address).is_ok());
    let _guard = wait();
    let kill_status = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(kill_status.unwrap().success());
    let status = child.wait().unwrap();
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(status.success(), "{status}: {log}");
    log.has("before the start was complete");
    assert!(output.stdout.is_empty(), "it says that it listens");
}

#[test]
fn signal_stops_a_server_that_waits_for_a_response_of_its_database() {
    let silent_server = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = voxum(folder.path());
    command
        .env(
            "VOXUM_DATABASE_URL",
            format!(
                "postgres://voxum@{}/voxum",
                silent_server.local_addr().unwrap()
            ),
        )
        .env("VOXUM_PEPPER", "0".repeat(64));
    assert_stops_cleanly(&mut command, || silent_server.accept().unwrap());
}

#[test]
fn signal_stops_a_node_that_waits_for_a_lock_of_another_node() {
    let installation = Installation::new();
    let node = Server::spawn(&mut installation.node(), true);
    node.stop();
    let lock = installation.hold("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE");
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_stops_cleanly(&mut installation.node(), || {
        wait_for("it waits", || installation.count(waiting) == 1);
    });
    drop(lock);
    installation.end([]);
}

#[test]
fn signal_stops_a_server_that_waits_for_the_lock_of_its_file() {
    let (folder, server, _) = Server::with_folder();
    server.stop();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let url = format!("sqlite:{}", folder.path().join("data/voxum.db").display());
    let mut connection = runtime
        .block_on(sqlx::SqliteConnection::connect(&url))
        .unwrap();
    runtime
        .block_on(connection.execute("BEGIN IMMEDIATE"))
        .unwrap();
    assert_stops_cleanly(&mut voxum(folder.path()), || {});
    runtime.block_on(connection.execute("ROLLBACK")).unwrap();
}
