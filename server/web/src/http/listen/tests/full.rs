//! Tests with the maximum number of connections, and one more.

use super::{TIMEOUT, ask, rest, serve, serve_and_hold};
use crate::http::listen::Limits;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

const MAX_CONNECTIONS: usize = 10;

/// Limits of which only the number of connections has an effect within the time of a test.
const fn limits(patience: Duration) -> Limits {
    let never = Duration::from_secs(3_600);
    Limits {
        head: never,
        idle: never,
        body_pause: never,
        body: never,
        write_pause: never,
        linger: never,
        lingering: MAX_CONNECTIONS,
        patience,
        ..Limits::new(MAX_CONNECTIONS)
    }
}

fn soon() -> Limits {
    limits(Duration::from_millis(100))
}

/// Connects from a loopback address that no other client has.
async fn connect_from(source: &str, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
    socket.connect(address).await.unwrap()
}

async fn expect_answer(stream: &mut TcpStream) {
    ask(stream, "/").await;
    let reading = async {
        let mut answer = Vec::new();
        while !answer.ends_with(b"here") {
            answer.push(stream.read_u8().await.expect("it is answered"));
        }
        answer
    };
    let answer = timeout(TIMEOUT, reading).await.expect("it is answered");
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn clients_that_stall_their_request_body_give_way_to_others() {
    let (address, _, _stop) = serve(soon()).await;
    let mut slow = Vec::new();
    for _ in 0..MAX_CONNECTIONS + 2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let post = b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{";
        stream.write_all(post).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..5 {
        expect_answer(&mut TcpStream::connect(address).await.unwrap()).await;
    }
}

#[tokio::test]
async fn clients_with_an_unsent_body_after_their_response_give_way_to_others() {
    let (address, _, _stop) = serve(soon()).await;
    let mut slow = Vec::new();
    for _ in 0..MAX_CONNECTIONS + 2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let post = b"POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{";
        stream.write_all(post).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..5 {
        expect_answer(&mut TcpStream::connect(address).await.unwrap()).await;
    }
}

#[tokio::test]
async fn clients_that_trickle_their_request_body_give_way_to_others() {
    let (address, _, _stop) = serve(soon()).await;
    let mut slow = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let post = b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{";
        stream.write_all(post).await.unwrap();
        slow.push(stream);
    }
    let trickle = async {
        loop {
            for stream in &mut slow {
                let _ = stream.write_all(b"x").await;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let good = async {
        for _ in 0..5 {
            expect_answer(&mut TcpStream::connect(address).await.unwrap()).await;
        }
    };
    tokio::select! {
        () = trickle => {}
        () = good => {}
    }
}

#[tokio::test]
async fn clients_that_do_not_read_their_responses_give_way_to_others() {
    let (address, _, _stop) = serve(soon()).await;
    let mut slow = Vec::new();
    for _ in 0..MAX_CONNECTIONS + 2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream, "/long").await;
        slow.push(stream);
    }
    for _ in 0..5 {
        expect_answer(&mut TcpStream::connect(address).await.unwrap()).await;
    }
}

#[tokio::test]
async fn address_with_the_most_connections_loses_one_first() {
    let (address, _, _stop) = serve(soon()).await;
    let mut few = Vec::new();
    for _ in 0..3 {
        let mut stream = connect_from("127.0.0.2", address).await;
        expect_answer(&mut stream).await;
        few.push(stream);
    }
    let mut many = Vec::new();
    for _ in 0..3 * MAX_CONNECTIONS {
        let mut stream = connect_from("127.0.0.3", address).await;
        expect_answer(&mut stream).await;
        many.push(stream);
    }
    // These have been idle for longer than all others.
    for stream in &mut few {
        expect_answer(stream).await;
    }
    assert_eq!(rest(&mut many[0]).await, "", "it is closed");
}

#[tokio::test]
async fn request_in_progress_is_not_cut_off_for_others() {
    let (address, _, _stop, release) = serve_and_hold(soon()).await;
    let mut held = TcpStream::connect(address).await.unwrap();
    ask(&mut held, "/held").await;
    let mut others = Vec::new();
    for _ in 0..3 * MAX_CONNECTIONS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        expect_answer(&mut stream).await;
        others.push(stream);
    }
    release.notify_one();
    let mut answer = [0; 15];
    held.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn waiting_client_is_served_as_soon_as_a_request_is_answered() {
    // With this limit, the passing of time makes no room.
    let never = Duration::from_secs(3_600);
    let (address, _, _stop, release) = serve_and_hold(limits(never)).await;
    let mut held = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream, "/held").await;
        held.push(stream);
    }
    let mut next = TcpStream::connect(address).await.unwrap();
    ask(&mut next, "/").await;
    let early = timeout(Duration::from_millis(300), next.read_u8()).await;
    assert!(early.is_err(), "a request was cut off, or there was room");
    release.notify_one();
    let answered = timeout(TIMEOUT, next.read_u8()).await;
    assert_eq!(answered.expect("it is answered").unwrap(), b'H');
}
