//! Slow and idle clients next to a well-behaved one.

use crate::connection_limit::{p99, request_on};
use crate::support::{Server, TOKEN};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use testkit::Text as _;

/// Returns whether the server has closed the connection.
pub fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0; 1024]);
    stream.set_nonblocking(false).unwrap();
    !matches!(&read, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

/// Returns the slowest of several responses, each on its own connection.
pub fn slowest(server: &Server, calls: usize) -> Duration {
    let slowest = (0..calls).map(|_| {
        let start = Instant::now();
        let mut stream = server.connect();
        let result =
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        result.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        start.elapsed()
    });
    slowest.max().unwrap()
}

#[test]
fn stalled_heads_and_bodies_time_out_without_slowing_other_clients() {
    let (_folder, server, owner) = Server::with_folder();
    let scopes = ["leads:write"];
    let secret = owner.create_with("Feed", TOKEN, &scopes);
    let secret = secret.unwrap();
    let mut client = server.connect();
    let baseline = p99(&mut client);
    let mut slow: Vec<_> = (0..100).map(|_| server.connect()).collect();
    let post = format!(
        "POST /api/leads HTTP/1.1\r\nhost: x\r\nx-api-key: {secret}\r\ncontent-type: application/json\r\n\
         content-length: 1000\r\n\r\n{{"
    );
    // An incomplete head, an incomplete body, and nothing at all.
    for (number, stream) in slow.iter_mut().enumerate() {
        match number % 3 {
            0 => stream.write_all(b"GET /healthz HTTP/1.1\r\nx-").unwrap(),
            1 => stream.write_all(post.as_bytes()).unwrap(),
            _ => {}
        }
    }
    let start = Instant::now();
    let loaded = p99(&mut client);
    assert!(
        loaded <= 2 * baseline,
        "p99 is {baseline:?} alone and {loaded:?} beside slow heads and bodies"
    );
    let mut closed_at = [None; 3];
    while closed_at.contains(&None) && start.elapsed() < Duration::from_secs(75) {
        for (number, closed_at) in closed_at.iter_mut().enumerate() {
            let mut group = slow.iter_mut().skip(number).step_by(3);
            if closed_at.is_none() && group.all(|stream| is_closed(stream)) {
                *closed_at = Some(start.elapsed());
            }
        }
        for stream in &mut slow {
            // An occasional byte is not progress.
            let _ = stream.write_all(b"x");
        }
        let slowest = slowest(&server, 2);
        assert!(slowest < Duration::from_secs(2), "{slowest:?}");
        std::thread::sleep(Duration::from_secs(1));
    }
    let [head, body, nothing] = closed_at.map(|at| at.unwrap_or(Duration::MAX));
    assert!(head < Duration::from_secs(16), "{head:?}");
    assert!(nothing < Duration::from_secs(16), "{nothing:?}");
    // One byte per second keeps a body alive, but for no longer than a minute.
    assert!(body < Duration::from_secs(68), "{body:?}");
}

#[test]
fn idle_connection_is_kept_for_the_next_request() {
    let (_folder, server, _) = Server::with_folder();
    // One connection is idle after its first request, and the other after its second.
    let mut streams = [server.connect(), server.connect()];
    request_on(&mut streams[1]);
    for stream in &mut streams {
        request_on(stream);
    }
    // Longer than a head or a pause in a body may take.
    std::thread::sleep(Duration::from_secs(17));
    for stream in &mut streams {
        assert!(stream.take_error().unwrap().is_none());
        assert!(!is_closed(stream));
        request_on(stream);
        assert!(!is_closed(stream));
    }
}

/// Sends a request with an incomplete body, and returns everything that is received until the
/// connection is closed.
fn send_half_a_body(server: &Server, head: &str) -> (String, Duration) {
    let mut stream = server.connect();
    let request = format!(
        "{head}\r\nhost: {}\r\ncontent-length: 1000\r\n\r\n{{",
        server.address()
    );
    let start = Instant::now();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("it is closed");
    (response, start.elapsed())
}

#[test]
fn stalled_body_gets_a_timeout_response_and_its_connection_is_closed() {
    let (_folder, server, owner) = Server::with_folder();
    let scopes = ["inventory:write", "leads:write"];
    let secret = owner.create_with("Feed", TOKEN, &scopes).unwrap();
    let api = format!("content-type: application/json\r\nx-api-key: {secret}");
    let console = format!("cookie: {}\r\norigin: {}", owner.cookie(), server.url);
    let form = "content-type: application/x-www-form-urlencoded";
    let upload = "content-type: multipart/form-data; boundary=x";
    let heads = [
        format!("POST /api/inventory HTTP/1.1\r\n{api}"),
        format!("PUT /api/inventory/A HTTP/1.1\r\n{api}"),
        format!("POST /api/leads HTTP/1.1\r\nidempotency-key: 1\r\n{api}"),
        format!("POST /sign-in HTTP/1.1\r\n{form}\r\n{console}"),
        format!("POST /call/keys/list HTTP/1.1\r\ncontent-type: application/json\r\n{console}"),
        format!("POST /inventory/import HTTP/1.1\r\n{upload}\r\n{console}"),
    ];
    let responses = std::thread::scope(|scope| {
        let clients = heads
            .each_ref()
            .map(|head| scope.spawn(|| send_half_a_body(&server, head)));
        clients.map(|response| response.join().unwrap())
    });
    for ((response, elapsed), head) in responses.iter().zip(&heads) {
        assert!(
            response.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{head}: {response}"
        );
        response.has("\r\nconnection: close\r\n");
        assert_eq!(response.matches("HTTP/1.1").count(), 1, "{response}");
        let limit = Duration::from_secs(15)..Duration::from_secs(30);
        assert!(limit.contains(elapsed), "{head}: {elapsed:?}");
        if head.contains("/api/") {
            response.has_all([
                "\r\ncontent-type: application/problem+json\r\n",
                "\"code\":\"request_timeout\"",
                "\"status\":408",
            ]);
            let (_, id) = response.split_once("\"instance\":\"").unwrap();
            let id = &id[..id.find('"').unwrap()];
            let page = owner.get(&format!("/requests?id={id}")).unwrap().body;
            page.has("The request body timed out");
        }
    }
    let [.., call, _] = &responses;
    call.0.has("\"unreachable\"");
    // The timeout was not stored as the response to this idempotency key, so the request is carried
    // out.
    let lead = "{\"name\":\"Ada\",\"phone\":\"1\"}";
    let request = ureq::post(format!("{}/api/leads", server.url))
        .header("x-api-key", &secret)
        .header("content-type", "application/json")
        .header("idempotency-key", "1");
    assert_eq!(request.send(lead).unwrap().status(), 201);
}
