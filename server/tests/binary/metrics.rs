//! The metrics for Prometheus.

use crate::support::{Response, Server, voxum};
use std::net::TcpListener;
use testkit::Text as _;

/// Returns the metrics, once they contain every line.
fn wait_for_metrics(url: &str, lines: &[&str]) -> String {
    let mut text = String::new();
    // A request is counted when its response begins, so the client may have the response before
    // that.
    for _ in 0..100 {
        text = ureq::get(url)
            .call()
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap();
        if lines
            .iter()
            .all(|line| text.lines().any(|actual| actual == *line))
        {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{lines:?} are not all in\n{text}");
}

#[test]
fn metrics_are_served_on_their_own_listener_and_identify_no_one() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut command = voxum(folder.path());
    command.env("VOXUM_METRICS_LISTEN", address.to_string());
    let (server, owner) = Server::spawn_with_owner(&mut command);
    let secret = owner
        .create("CRM Sync", "a token of sixteen characters")
        .unwrap();
    let key = server.key(&secret);
    let id = owner.keys()[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        key.get("/api/key").unwrap();
    }
    owner.get(&format!("/keys/{id}")).unwrap();
    server.key("vx_wrong").get("/api/key").unwrap();

    let fields = "email=hunter2%40example.org&password=swordfish";
    let refusal = server.client(None).form("/sign-in", fields).unwrap();
    assert_eq!(refusal.status, 401);

    let url = format!("http://{address}/metrics");
    let text = wait_for_metrics(
        &url,
        &[
            "voxum_http_requests_total{route=\"/api/key\",status=\"200\"} 3",
            "voxum_http_requests_total{route=\"/api/key\",status=\"401\"} 1",
            "voxum_http_requests_total{route=\"/keys/{id}\",status=\"200\"} 1",
            "voxum_http_request_duration_seconds_count{of=\"api\"} 4",
            "voxum_keys_in_memory 1",
            "voxum_memory_may_be_used 1",
            "voxum_key_reads_total 1",
            "voxum_connections_limit 10000",
            "voxum_failed_sign_ins_total{reason=\"unknown_address\"} 1",
            "voxum_failed_sign_ins_total{reason=\"password\"} 0",
            "# EOF",
        ],
    );
    for name in [&*id, &secret, &secret[..9], "ada@", "CRM", "127.0.0.1"] {
        assert!(!text.contains(name), "{name}");
    }
    // The listener serves nothing else, and the console does not serve the metrics.
    let Response { status, .. } = server.client(None).get("/metrics").unwrap();
    assert_eq!(status, 404);
    let other_path = ureq::get(format!("http://{address}/keys")).call();
    assert!(matches!(other_path, Err(ureq::Error::StatusCode(404))));
    let (exit_status, log, _) = server.stop();
    let line = log.lines().find(|line| line.contains("sign_in_failed"));
    let line = line.expect("the failed sign-in is in the log");
    line.has_all(["WARN", "127.0.0.1"]);
    log.lacks_all(["hunter2", "swordfish"]);
    assert!(exit_status.success());
    assert!(ureq::get(&url).call().is_err(), "it stops with the server");
}
