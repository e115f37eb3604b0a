//! HTTP/2 frame by frame (RFC 9113), since no client can be made to stop in the middle of a body
//! and keep reading.

use crate::support::{Server, TOKEN, voxum};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use testkit::Text as _;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The beginning of a header block with status 408: the name's index, and the Huffman code of its
/// digits (RFC 7541).
const STATUS_408: &[u8] = b"\x48\x83\x68\x0f\x7f";
/// Status 200, which is a single indexed field.
const STATUS_200: &[u8] = b"\x88";

fn send(to: &mut TcpStream, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let stream = stream.to_be_bytes();
    let frame = [&length[1..], &[kind, flags], &stream, payload].concat();
    to.write_all(&frame).unwrap();
}

/// Waits for the end of a stream, and returns the header block and the body of its response.
fn read_response(from: &mut TcpStream, stream: u32) -> (Vec<u8>, String) {
    let (mut head, mut body) = (Vec::new(), Vec::new());
    loop {
        let mut frame = [0; 9];
        from.read_exact(&mut frame).expect("the connection goes on");
        let [a, b, c, kind, flags, stream_id @ ..] = frame;
        let length = u32::from_be_bytes([0, a, b, c]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        from.read_exact(&mut payload).unwrap();
        if u32::from_be_bytes(stream_id) != stream {
            continue;
        }
        match kind {
            HEADERS => head.extend(payload),
            DATA => body.extend(payload),
            other => panic!("a frame of kind {other} before the end of the answer"),
        }
        if flags & END_STREAM != 0 {
            return (head, String::from_utf8(body).unwrap());
        }
    }
}

/// Encodes short header fields literally.
fn encode_head(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in fields {
        head.push(0);
        for text in [name, value] {
            head.push(u8::try_from(text.len()).unwrap());
            head.extend(text.as_bytes());
        }
    }
    head
}

#[test]
fn stalled_body_gets_a_timeout_response_and_the_connection_stays_open() {
    let (_folder, server, owner) = Server::with_folder();
    let secret = owner.create("Feed", TOKEN).unwrap();
    let address = server.address();
    let mut connection = server.connect();
    connection
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    send(&mut connection, SETTINGS, 0, 0, b"");
    let request = |method, path| {
        [
            (":method", method),
            (":scheme", "http"),
            (":authority", address),
            (":path", path),
        ]
    };
    let key = [
        ("content-type", "application/json"),
        ("x-api-key", &*secret),
    ];
    let post = [&request("POST", "/api/inventory")[..], &key].concat();
    let start = Instant::now();
    send(
        &mut connection,
        HEADERS,
        END_HEADERS,
        1,
        &encode_head(&post),
    );
    send(&mut connection, DATA, 0, 1, b"{");
    let (header_block, body) = read_response(&mut connection, 1);
    let elapsed = start.elapsed();
    assert!(header_block.starts_with(STATUS_408), "{header_block:x?}");
    body.has_all(["\"code\":\"request_timeout\"", "\"status\":408"]);
    assert!(!body.contains("connection"), "it goes on: {body}");
    let limit = Duration::from_secs(15)..Duration::from_secs(30);
    assert!(limit.contains(&elapsed), "{elapsed:?}");
    let (_, id) = body.split_once("\"instance\":\"").unwrap();
    let id = &id[..id.find('"').unwrap()];
    let page = owner.get(&format!("/requests?id={id}")).unwrap().body;
    page.has("The request body timed out");

    // Only that request's stream was closed; the connection remains usable.
    let get = encode_head(&request("GET", "/healthz"));
    send(&mut connection, HEADERS, END_HEADERS | END_STREAM, 3, &get);
    let (header_block, _) = read_response(&mut connection, 3);
    assert!(header_block.starts_with(STATUS_200), "{header_block:x?}");
}

/// Opens a connection that has requested a response, and whose flow-control window lets none of it
/// through.
fn connect_without_window(server: &Server) -> TcpStream {
    let address = server.address();
    let mut connection = server.connect();
    connection
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    let initial_window = [0, 4, 0, 0, 0, 0];
    send(&mut connection, SETTINGS, 0, 0, &initial_window);
    let get = encode_head(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", address),
        (":path", "/healthz"),
    ]);
    send(&mut connection, HEADERS, END_HEADERS | END_STREAM, 1, &get);
    connection
}

#[test]
fn clients_that_answer_pings_but_read_nothing_do_not_exhaust_the_connection_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = voxum(folder.path());
    command.env("VOXUM_MAX_CONNECTIONS", "5");
    let server = Server::spawn(&mut command, true);
    let clients: Vec<_> = (0..8).map(|_| connect_without_window(&server)).collect();
    for _ in 0..3 {
        assert_eq!(server.client(None).status("/healthz"), 200);
    }
    drop(clients);

    // If the connection need not make room for another client, only its stream is reset, even if it
    // keeps sending pings.
    let mut client = connect_without_window(&server);
    let mut pings = 0;
    loop {
        let mut frame = [0; 9];
        client.read_exact(&mut frame).expect("its connection stays");
        let [a, b, c, kind, flags, ..] = frame;
        let length = u32::from_be_bytes([0, a, b, c]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        client.read_exact(&mut payload).unwrap();
        match kind {
            PING if flags & ACK == 0 => {
                pings += 1;
                send(&mut client, PING, ACK, 0, &payload);
            }
            RST_STREAM => break,
            _ => {}
        }
    }
    assert!(pings > 0, "it was never asked whether it is there");
}
