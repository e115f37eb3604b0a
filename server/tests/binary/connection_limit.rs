//! The maximum number of connections, and a well-behaved client that needs one more.

use crate::slow_clients::{is_closed, slowest};
use crate::support::{Server, TOKEN, voxum};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

fn server_with_limit(folder: &Path, connections: usize) -> Server {
    let mut command = voxum(folder);
    command.env("VOXUM_MAX_CONNECTIONS", connections.to_string());
    Server::spawn(&mut command, true)
}

#[test]
fn ten_thousand_idle_connections_do_not_lock_out_other_clients() {
    // Limited to the number of files that this process may open.
    const DESIRED: usize = 10_000;
    const LIMIT: usize = 2_000;
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_limit(folder.path(), LIMIT);
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let idle = limit.map_or(DESIRED, |max_files| {
        DESIRED.min(usize::try_from(max_files).unwrap() / 2)
    });
    let mut idle_streams = Vec::new();
    for number in 0..idle {
        idle_streams.push(server.connect());
        // Fewer than fit in the backlog of the listener: the kernel drops the first packet of one
        // more, whose client tries again only a second later.
        if number % 100 == 99 {
            let slowest = slowest(&server, 1);
            assert!(slowest < Duration::from_secs(2), "{slowest:?}");
        }
    }
    let slowest = slowest(&server, 50);
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    let closed = idle_streams
        .iter()
        .filter(|stream| is_closed(stream))
        .count();
    assert!(
        closed >= idle.saturating_sub(LIMIT),
        "{closed} of {idle} were closed"
    );
}

#[test]
fn connection_with_an_open_response_is_not_closed_to_make_room() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_limit(folder.path(), 5);
    let owner = server.set_up(server.setup.as_deref().unwrap(), "ada@example.com");
    let mut events = server.connect();
    let head = format!(
        "GET /keys/events HTTP/1.1\r\nhost: x\r\ncookie: {}\r\n\r\n",
        owner.cookie()
    );
    events.write_all(head.as_bytes()).unwrap();
    let mut received = String::new();
    let mut wait_for = |word: &str| {
        let mut bytes = [0; 4_096];
        while !received.contains(word) {
            let length = events.read(&mut bytes).expect("the stream goes on");
            assert!(length > 0, "the stream ended: {received}");
            received += &String::from_utf8_lossy(&bytes[..length]);
        }
    };
    wait_for("text/event-stream");
    let idle: Vec<_> = (0..20).map(|_| server.connect()).collect();
    slowest(&server, 5);
    drop(idle);
    owner.create("CRM Sync", TOKEN).unwrap();
    wait_for("CRM Sync");
}

/// Opens more connections than the server allows, each of which sends `request` and nothing more.
fn exceed_limit(server: &Server, request: &str) -> Vec<TcpStream> {
    let clients = (0..60).map(|_| {
        let mut stream = server.connect();
        // The server may have closed the connection by then.
        let _ = stream.set_write_timeout(Some(Duration::from_millis(200)));
        let _ = stream.write_all(request.as_bytes());
        stream
    });
    clients.collect()
}

#[test]
fn clients_that_send_slowly_do_not_exhaust_the_connection_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_limit(folder.path(), 50);
    let post = format!(
        "POST /sign-in HTTP/1.1\r\nhost: x\r\norigin: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\nemail=",
        server.url
    );
    let mut slow = exceed_limit(&server, &post);
    for _ in 0..5 {
        slowest(&server, 1);
        for stream in &mut slow {
            let _ = stream.write_all(b"x");
        }
    }
    let closed = slow.iter().filter(|stream| is_closed(stream)).count();
    assert!(closed >= 10, "{closed} of 60 were closed");
}

#[test]
fn clients_that_read_no_responses_do_not_exhaust_the_connection_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_limit(folder.path(), 50);
    // More responses than the system buffers for a client that does not read.
    let request = "GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200);
    let slow = exceed_limit(&server, &request);
    slowest(&server, 5);
    drop(slow);
}

/// Sends a request on a connection that stays open.
pub fn request_on(stream: &mut TcpStream) {
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let (mut response, mut bytes) = (Vec::new(), [0; 4_096]);
    while !response.ends_with(b"ok\n") {
        let length = stream.read(&mut bytes).unwrap();
        assert!(length > 0, "the connection was closed");
        response.extend(&bytes[..length]);
    }
}

/// Returns the 99th percentile of a client's response times, in the best of several rounds, since
/// the machine has other work too.
pub fn p99(client: &mut TcpStream) -> Duration {
    let round = |_| {
        let mut durations: Vec<_> = (0..1_000)
            .map(|_| {
                let start = Instant::now();
                request_on(client);
                start.elapsed()
            })
            .collect();
        durations.sort_unstable();
        durations[989]
    };
    (0..10).map(round).min().unwrap()
}

#[test]
fn ten_thousand_idle_connections_do_not_slow_down_an_active_client() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const IDLE: usize = 10_000;
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = maximum;
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    assert!(
        maximum.is_none_or(|max_files| max_files >= 11_000),
        "this test needs a limit of open files of 11,000 (ulimit -Hn), and there are {maximum:?}"
    );
    let folder = tempfile::tempdir().unwrap();
    let server = server_with_limit(folder.path(), IDLE + 1);
    let mut client = server.connect();
    let before = p99(&mut client);
    // Each has sent a request, so it may stay for as long as the pause between two requests.
    let idle = (0..IDLE).map(|_| {
        let mut stream = server.connect();
        request_on(&mut stream);
        stream
    });
    let idle: Vec<_> = idle.collect();
    let loaded = p99(&mut client);
    let closed = idle.iter().filter(|stream| is_closed(stream)).count();
    assert_eq!(closed, 0, "some of them were closed");
    drop(idle);
    // Other tests begin and end meanwhile, so the client is measured alone on both sides.
    let baseline = before.max(p99(&mut client));
    assert!(
        loaded <= 2 * baseline,
        "p99 is {baseline:?} alone and {loaded:?} beside {IDLE} idle connections"
    );
}
