//! Two nodes behind nginx, restarted one after the other under load.

use crate::installation::{Installation, wait_for};
use crate::proxies::{ORIGIN, free_port, nginx_with, replace_parts};
use crate::support::{Server, TOKEN};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A node that keeps its addresses across restarts.
struct Node {
    command: Command,
    listen: String,
    metrics: String,
}

impl Node {
    fn new(installation: &Installation) -> Self {
        let [listen, metrics] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
        let mut command = installation.node();
        command
            .env("VOXUM_LISTEN", &listen)
            .env("VOXUM_METRICS_LISTEN", &metrics)
            .env("VOXUM_PUBLIC_URL", ORIGIN)
            .env("VOXUM_TRUSTED_PROXIES", "127.0.0.1")
            .env("VOXUM_SHUTDOWN_DELAY", "1");
        Self {
            command,
            listen,
            metrics,
        }
    }

    fn start(&mut self) -> Server {
        Server::spawn(&mut self.command, false)
    }

    /// Returns whether clients have called this node since its last start.
    fn is_called(&self) -> bool {
        let response = ureq::get(format!("http://{}/metrics", self.metrics)).call();
        let text = response.and_then(|mut response| response.body_mut().read_to_string());
        text.is_ok_and(|text| text.contains("route=\"/api/leads\",status=\"201\""))
    }
}

/// Calls until `stop` is set, and returns the calls that did not succeed as expected.
fn call(url: &str, secret: &str, stop: &AtomicBool, calls: &AtomicUsize) -> Vec<String> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    let mut failures = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let read = agent
            .get(format!("{url}/api/key"))
            .header("x-api-key", secret)
            .call();
        let written = agent
            .post(format!("{url}/api/leads"))
            .header("x-api-key", secret)
            .header("content-type", "application/json")
            .send("{\"name\":\"Ada\",\"phone\":\"1\"}");
        for (response, status) in [(read, 200), (written, 201)] {
            calls.fetch_add(1, Ordering::Relaxed);
            match response {
                Ok(response) if response.status() == status => {}
                other => failures.push(format!("{other:?}")),
            }
        }
    }
    failures
}

#[test]
fn rolling_restart_behind_nginx_loses_no_request() {
    let installation = Installation::new();
    let proxy_folder = tempfile::tempdir().unwrap();
    let mut nodes = [Node::new(&installation), Node::new(&installation)];
    let (setup, owner) = Server::spawn_with_owner(&mut installation.node());
    let scopes = ["leads:read", "leads:write"];
    let secret = owner.create_with("CRM Sync", TOKEN, &scopes).unwrap();
    setup.stop();
    // No call is rate limited.
    installation.change("UPDATE api_keys SET limit_depth = 10000, limit_per_second = 10000");

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nginx.conf");
    let text = std::fs::read_to_string(file).unwrap();
    let [first, second] = nodes.each_ref().map(|node| &*node.listen);
    let port = free_port();
    let server = "server 127.0.0.1:3000 fail_timeout=2s;";
    let both = [first, second].map(|address| server.replace("127.0.0.1:3000", address));
    let text = replace_parts(
        &text,
        &[
            (server, both.concat()),
            // The calls are unencrypted, so that the test needs no trusted certificate.
            (
                "listen 443 ",
                format!("listen 127.0.0.1:{port}; listen 443 "),
            ),
        ],
    );
    let mut servers = nodes.each_mut().map(Node::start).map(Some);
    let proxy = nginx_with(proxy_folder.path(), &text);

    let url = format!("http://127.0.0.1:{port}");
    let (stop, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let new_failures = call(&url, &secret, &stop, &calls);
                failures.lock().unwrap().extend(new_failures);
            });
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_for("both are called", || nodes.iter().all(Node::is_called));
            for (node, server) in nodes.iter_mut().zip(&mut servers) {
                let (status, log, _) = server.take().unwrap().stop();
                assert!(status.success(), "{log}");
                *server = Some(node.start());
                wait_for("the node is called again", || node.is_called());
            }
        }));
        stop.store(true, Ordering::Relaxed);
        result.unwrap();
    });
    let failures = failures.into_inner().unwrap();
    let calls = calls.into_inner();
    let proxy_log = std::fs::read_to_string(proxy_folder.path().join("proxy.log")).unwrap();
    assert!(
        failures.is_empty(),
        "{} of {calls}: {:?}\n{proxy_log}",
        failures.len(),
        failures[0]
    );
    let stored = installation.count("SELECT count(*) FROM leads");
    assert_eq!(stored * 2, i64::try_from(calls).unwrap());
    drop(proxy);
    installation.end(servers.into_iter().flatten());
}
