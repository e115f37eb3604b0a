//! HTTP/2 frame by frame (RFC 9113), since no client library keeps a window at zero.

use super::{TIMEOUT, rest, serve, short};
use crate::http::listen::Limits;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `GET / http`, each field by its index in the static table (RFC 7541).
const GET: &[u8] = b"\x82\x86\x84";
const CANCEL: &[u8] = &[0, 0, 0, 8];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Connects a client that takes no byte of any response until it raises the window.
async fn with_no_window(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    // In two pieces, as the network may split it.
    stream.write_all(&preface[..5]).await.unwrap();
    stream.write_all(&preface[5..]).await.unwrap();
    let initial_window = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    stream.write_all(&initial_window).await.unwrap();
    stream
}

async fn get(stream: &mut TcpStream, number: u32) {
    let request = frame(HEADERS, END_STREAM | END_HEADERS, number, GET);
    stream.write_all(&request).await.unwrap();
}

/// Returns the payload of the next frame of this kind on this stream.
async fn next(from: &mut TcpStream, expected: (u8, u32)) -> Vec<u8> {
    let reading = async {
        loop {
            let mut head = [0; 9];
            from.read_exact(&mut head).await.expect("it goes on");
            let [a, b, c, kind, _, of @ ..] = head;
            let length = u32::from_be_bytes([0, a, b, c]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            from.read_exact(&mut payload).await.unwrap();
            if (kind, u32::from_be_bytes(of)) == expected {
                return payload;
            }
        }
    };
    timeout(TIMEOUT, reading).await.expect("it arrives")
}

#[tokio::test]
async fn stream_is_reset_if_its_response_is_not_read_and_others_continue() {
    let never = Duration::from_secs(3_600);
    let limits = Limits {
        idle: never,
        ..short()
    };
    let (address, _, _stop) = serve(limits).await;
    let mut stream = with_no_window(address).await;
    get(&mut stream, 1).await;
    next(&mut stream, (HEADERS, 1)).await;
    assert_eq!(next(&mut stream, (RST_STREAM, 1)).await, CANCEL);
    // This took longer than a head may take, but the time does not count between requests of
    // HTTP/2.
    get(&mut stream, 3).await;
    next(&mut stream, (HEADERS, 3)).await;
    let window = frame(WINDOW_UPDATE, 0, 3, &[0, 0, 1, 0]);
    stream.write_all(&window).await.unwrap();
    assert_eq!(next(&mut stream, (DATA, 3)).await, b"here");
}

#[tokio::test]
async fn clients_with_a_zero_window_give_way_to_others() {
    let never = Duration::from_secs(3_600);
    let limits = Limits {
        idle: never,
        write_pause: never,
        patience: Duration::from_millis(100),
        ..Limits::new(10)
    };
    let (address, _, _stop) = serve(limits).await;
    let mut slow = Vec::new();
    for _ in 0..12 {
        let mut stream = with_no_window(address).await;
        get(&mut stream, 1).await;
        slow.push(stream);
    }
    let mut good = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    good.write_all(request).await.unwrap();
    assert!(rest(&mut good).await.contains("here"));
}

#[tokio::test]
async fn http2_connection_without_a_request_is_closed_like_any_other() {
    let limits = Limits {
        idle: Duration::from_secs(3_600),
        ..short()
    };
    let (address, _, _stop) = serve(limits).await;
    let mut stream = with_no_window(address).await;
    let mut bytes = Vec::new();
    let read = timeout(TIMEOUT, stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("the connection is closed");
}
