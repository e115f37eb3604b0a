//! The clients in `public/examples` if a response is lost, late or comes from another server. The
//! responses are scripted, since they come from proxies, and from Voxum itself only under load.

use crate::examples::{CLIENTS, client, file, finish};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

const STORED: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n\
                      {\"received\":1}";
/// A key that does not exist on any server.
const SECRET: &str = "vx_0123456789";

/// Builds a response with a problem document and an additional header line.
fn problem(status: &str, code: &str, header: &str) -> String {
    let body = format!(r#"{{"status":0,"detail":"Wait.","instance":"4b82","code":"{code}"}}"#);
    format!(
        "HTTP/1.1 {status} -\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\nConnection: close\r\n\
         {header}\r\n\r\n{body}",
        body.len()
    )
}

/// Returns the value of `Idempotency-Key` and the body of a request; `None` if the connection ends
/// before one begins.
fn read(stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut idempotency_key, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.trim().split_once(": ").unwrap_or_default();
        match name.to_lowercase().as_str() {
            "idempotency-key" => value.clone_into(&mut idempotency_key),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some((idempotency_key, String::from_utf8(body).unwrap()))
}

struct Run {
    status: Option<i32>,
    printed: String,
    /// The value of `Idempotency-Key` and the body of each request.
    requests: Vec<(String, String)>,
}

/// Runs a client against a server that gives these responses, one per request. An empty response
/// closes the connection.
fn run(example: (&str, &str), responses: &[String]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "list.json", r#"[{"id":"A","name":"n"}]"#);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let responses = responses.to_vec();
    let server = thread::spawn(move || {
        let mut requests = Vec::new();
        for response in responses {
            let (mut stream, _) = listener.accept().unwrap();
            let Some(request) = read(&stream) else {
                break;
            };
            requests.push(request);
            stream.write_all(response.as_bytes()).unwrap();
        }
        requests
    });
    let mut command = client(example, &path);
    command
        .env("VOXUM_URL", format!("http://{address}"))
        .env("VOXUM_API_KEY", SECRET);
    let (status, printed) = finish(&mut command);
    // Unblocks a server that is waiting for another request.
    drop(TcpStream::connect(address));
    assert!(!printed.contains(SECRET), "{example:?}: {printed}");
    Run {
        status,
        printed,
        requests: server.join().unwrap(),
    }
}

/// Runs all clients at the same time.
fn run_each(responses: &[String], check: impl Fn(&str, Run) + Sync) {
    thread::scope(|scope| {
        for example in CLIENTS {
            let check = &check;
            scope.spawn(move || check(example.1, run(example, responses)));
        }
    });
}

#[test]
fn every_example_retries_with_the_same_idempotency_key() {
    let responses = [
        String::new(),
        problem(
            "503",
            "unavailable",
            "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT",
        ),
        problem("409", "conflict", "Retry-After: 1"),
        STORED.to_owned(),
    ];
    run_each(&responses, |name, run| {
        assert_eq!(run.status, Some(0), "{name}: {}", run.printed);
        let (idempotency_key, body) = &run.requests[0];
        assert!(idempotency_key.len() >= 32, "{name}: {idempotency_key}");
        let compact = body.replace(' ', "");
        assert_eq!(compact, r#"{"items":[{"id":"A","name":"n"}]}"#, "{name}");
        assert!(
            run.requests
                .iter()
                .all(|request| request == &run.requests[0]),
            "{name}: {:?}",
            run.requests
        );
    });
}

#[test]
fn each_run_uses_its_own_idempotency_key() {
    for example in CLIENTS {
        let [first, second] = [0, 1].map(|_| run(example, &[STORED.to_owned()]));
        assert_ne!(first.requests[0].0, second.requests[0].0, "{example:?}");
    }
}

#[test]
fn example_exits_with_a_temporary_failure_if_it_would_wait_too_long() {
    for (status, code) in [("429", "rate_limited"), ("503", "unavailable")] {
        for after in ["86400", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            let response = problem(status, code, &format!("Retry-After: {after}"));
            run_each(&[response], |name, run| {
                assert_eq!(run.status, Some(75), "{name} {after}: {}", run.printed);
                let expected = format!("{status} {code}: Wait.");
                assert!(run.printed.contains(&expected), "{name}: {}", run.printed);
                assert!(run.printed.contains("Run this again later."), "{name}");
            });
        }
    }
}

/// Python would follow a redirect with a GET, which succeeds and stores nothing.
#[test]
fn no_example_follows_a_redirect() {
    let other_server = TcpListener::bind("127.0.0.1:0").unwrap();
    other_server.set_nonblocking(true).unwrap();
    let location = format!(
        "http://{}/api/inventory",
        other_server.local_addr().unwrap()
    );
    for status in ["301", "302", "303", "307", "308"] {
        let response = format!(
            "HTTP/1.1 {status} -\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        run_each(&[response], |name, run| {
            assert_eq!(run.status, Some(1), "{name} {status}: {}", run.printed);
            assert!(run.printed.contains(&location), "{name}: {}", run.printed);
        });
    }
    assert!(
        other_server.accept().is_err(),
        "nothing is sent to the other server"
    );
}

#[test]
fn response_from_another_server_does_not_count_as_success() {
    for status in ["200", "404"] {
        let response = format!(
            "HTTP/1.1 {status} -\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<html>Hi</html>"
        );
        run_each(&[response], |name, run| {
            assert_eq!(run.status, Some(1), "{name} {status}: {}", run.printed);
            let expected = "Check VOXUM_URL";
            assert!(run.printed.contains(expected), "{name}: {}", run.printed);
        });
    }
}

#[test]
fn replayed_response_without_a_body_counts_as_success() {
    let response = "HTTP/1.1 200 OK\r\nIdempotency-Replayed: true\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    run_each(&[response.to_owned()], |name, run| {
        assert_eq!(run.status, Some(0), "{name}: {}", run.printed);
        assert!(run.printed.contains("Stored by an earlier try."), "{name}");
    });
}
