//! Tests of clients that still send after the response.

use super::{MEBIBYTE, TIMEOUT, ask, rest, serve};
use crate::http::listen::Limits;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const NEVER: Duration = Duration::from_secs(3_600);

/// Limits of which only `linger` can end a connection within the time of a test.
const fn limits(linger: Duration, lingering: usize) -> Limits {
    Limits {
        head: NEVER,
        idle: NEVER,
        body_pause: NEVER,
        body: NEVER,
        write_pause: NEVER,
        patience: NEVER,
        linger,
        lingering,
        ..Limits::new(10)
    }
}

/// Sends the head of a request whose body is refused unread, and reads the refusal.
async fn expect_refusal(stream: &mut TcpStream, length: usize) {
    let head = format!("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\nx");
    stream.write_all(head.as_bytes()).await.unwrap();
    let reading = async {
        let mut answer = Vec::new();
        while !answer.ends_with(b"refused") {
            answer.push(stream.read_u8().await.expect("it is answered"));
        }
        answer
    };
    let answer = timeout(TIMEOUT, reading)
        .await
        .expect("it is answered at once");
    assert!(answer.starts_with(b"HTTP/1.1 413"));
}

#[test]
fn refused_bodies_are_discarded_for_30_seconds_on_an_eighth_of_the_connections() {
    let limits = Limits::new(100);
    assert_eq!(limits.linger, Duration::from_secs(30));
    assert_eq!(limits.lingering, 13);
}

#[tokio::test]
async fn client_that_sends_everything_before_reading_receives_its_refusal() {
    let (address, _, _stop) = serve(limits(NEVER, 1)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = 64 * MEBIBYTE;
    let head = format!("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; length]).await.unwrap();
    // The connection stays usable.
    ask(&mut stream, "/").await;
    let mut answer = Vec::new();
    let reading = async {
        while !answer.ends_with(b"here") {
            answer.push(stream.read_u8().await.expect("it is answered"));
        }
    };
    timeout(TIMEOUT, reading).await.expect("both are answered");
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("refused"),
        "{answer}"
    );
}

#[tokio::test]
async fn client_that_keeps_sending_after_its_refusal_is_closed_eventually() {
    let (address, _, _stop) = serve(limits(Duration::from_millis(200), 1)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    expect_refusal(&mut stream, 1_000).await;
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn connections_whose_bodies_are_discarded_are_limited() {
    let (address, _, _stop) = serve(limits(NEVER, 1)).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    expect_refusal(&mut first, 3).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    expect_refusal(&mut second, 3).await;
    assert_eq!(rest(&mut second).await, "", "it is closed after its answer");
    // The first connection is still open, and returns its permit when its body ends.
    first.write_all(b"xx").await.unwrap();
    ask(&mut first, "/").await;
    let answered = timeout(TIMEOUT, first.read_u8()).await;
    assert_eq!(answered.expect("it is answered").unwrap(), b'H');
    expect_refusal(&mut TcpStream::connect(address).await.unwrap(), 3).await;
}

#[tokio::test]
async fn client_that_expects_100_continue_receives_its_refusal_instead() {
    let (address, _, _stop) = serve(limits(NEVER, 1)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        "POST /refused HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}
