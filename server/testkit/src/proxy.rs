//! A proxy between the tests and the server that fails in the ways in which networks fail.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    #[default]
    Open,
    /// Bytes are delayed.
    Slow,
    /// Bytes are held back without an error. They arrive once the proxy is open again.
    Silent,
    /// Bytes are discarded without an error, so that only new connections work. The old ones do not
    /// end for a long time.
    Lost,
    /// Connections are closed, including new ones.
    Cut,
    /// Connections are reset, including new ones.
    Reset,
}

/// Fate of a connection on which a transaction commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Commit {
    #[default]
    Passes,
    /// The connection is closed before the server receives the COMMIT.
    Unsent,
    /// The connection is closed when the server answers.
    Unanswered,
    /// Like [`Self::Unanswered`], and new connections are refused.
    UnansweredForGood,
    /// The server's answer is held back without an error.
    Silent,
    /// The connection is reset right after the answer.
    Answered,
    /// The connection is closed right after the answer, with all others.
    AnsweredLast,
}

#[derive(Debug, Clone, Copy, Default)]
struct Ways {
    all: Way,
    /// Applies to connections that listen for notifications.
    listener: Way,
    commit: Commit,
    /// Limits `commit` to transactions in which these bytes are sent.
    marker: Option<&'static [u8]>,
}

/// Use of a connection so far.
#[derive(Debug, Default)]
struct Seen {
    listens: AtomicBool,
    commits: AtomicBool,
    /// The marker was sent in the current transaction.
    marked: AtomicBool,
}

/// Ends with the runtime on which it was started.
pub struct Proxy {
    /// URL of the database through this proxy.
    pub url: Url,
    ways: watch::Sender<Ways>,
}

impl Proxy {
    pub async fn start(url: &Url) -> Self {
        let server = url.socket_addrs(|| Some(5432)).expect("an address")[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let sender = watch::Sender::new(Ways::default());
        let switch = sender.clone();
        tokio::spawn(async move {
            let gone = Arc::new(AtomicBool::new(false));
            while let Ok((client, _)) = listener.accept().await {
                if !gone.load(Ordering::Relaxed) {
                    tokio::spawn(carry(client, server, switch.clone(), Arc::clone(&gone)));
                }
            }
        });
        let mut url = url.clone();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        Self { url, ways: sender }
    }

    pub fn set(&self, way: Way) {
        self.ways.send_modify(|ways| ways.all = way);
    }

    /// Sets the mode of those connections only that listen for notifications.
    pub fn set_listener(&self, way: Way) {
        self.ways.send_modify(|ways| ways.listener = way);
    }

    pub fn set_commit(&self, commit: Commit) {
        self.ways.send_modify(|ways| {
            ways.commit = commit;
            ways.marker = None;
        });
    }

    /// Like [`Self::set_commit`], but only for transactions in which `marker` is sent.
    pub fn set_commit_of(&self, marker: &'static str, commit: Commit) {
        self.ways.send_modify(|ways| {
            ways.commit = commit;
            ways.marker = Some(marker.as_bytes());
        });
    }
}

const SLOW: Duration = Duration::from_millis(40);
/// Longer than any wait for an answer.
const LONG: Duration = Duration::from_secs(12);

enum End {
    Closed,
    Reset,
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    switch: watch::Sender<Ways>,
    gone: Arc<AtomicBool>,
) {
    let seen = Seen::default();
    let mut ways = switch.subscribe();
    if let Some(end) = until_open(&mut ways, &seen).await {
        return finish(&end, &[&client]);
    }
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            end = pump(from_client, to_server, &switch, &seen) => end,
            end = pump(from_server, to_client, &switch, &seen) => end,
        }
    };
    if seen.commits.load(Ordering::Relaxed) && ways.borrow().commit == Commit::UnansweredForGood {
        gone.store(true, Ordering::Relaxed);
    }
    finish(&end, &[&client, &server]);
}

fn finish(end: &End, streams: &[&TcpStream]) {
    if let End::Reset = end {
        for stream in streams {
            // Closed by a reset.
            let _ = stream.set_zero_linger();
        }
    }
}

/// Forwards the bytes of one direction. No byte is dropped in between: as with TCP, it arrives or
/// the connection ends.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    switch: &watch::Sender<Ways>,
    seen: &Seen,
) -> End {
    let mut ways = switch.subscribe();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if let Some(end) = until_open(&mut ways, seen).await {
            return end;
        }
        let read = tokio::select! {
            changed = ways.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return End::Closed,
            },
            read = from.read(&mut buffer) => read,
        };
        let Some(bytes) = read
            .ok()
            .filter(|read| *read > 0)
            .map(|read| &buffer[..read])
        else {
            return End::Closed;
        };
        let holds = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
        if holds(LISTEN) {
            seen.listens.store(true, Ordering::Relaxed);
        }
        if let Some(end) = until_open(&mut ways, seen).await {
            return end;
        }
        let Ways { commit, marker, .. } = *ways.borrow();
        if marker.is_some_and(holds) {
            seen.marked.store(true, Ordering::Relaxed);
        }
        let commit = match marker {
            Some(_) if !seen.marked.load(Ordering::Relaxed) => Commit::Passes,
            _ => commit,
        };
        let answers = seen.commits.load(Ordering::Relaxed);
        if commit != Commit::Passes && holds(COMMIT) {
            seen.commits.store(true, Ordering::Relaxed);
        }
        match commit {
            Commit::Unsent if holds(COMMIT) => return End::Closed,
            Commit::Unanswered | Commit::UnansweredForGood if answers => return End::Closed,
            Commit::Silent if answers => pending().await,
            _ => {}
        }
        if to.write_all(bytes).await.is_err() {
            return End::Closed;
        }
        match commit {
            Commit::Answered if answers => return End::Reset,
            Commit::AnsweredLast if answers => {
                switch.send_modify(|ways| ways.all = Way::Cut);
                return End::Closed;
            }
            _ => {}
        }
    }
}

/// The beginning of a statement that listens. No other statement of ours contains it.
const LISTEN: &[u8] = b"LISTEN \"";
/// A complete statement, which no copied value can resemble.
const COMMIT: &[u8] = b"COMMIT\0";

/// Waits while bytes are held back. Returns how the connection ends, if it does.
async fn until_open(ways: &mut watch::Receiver<Ways>, seen: &Seen) -> Option<End> {
    let mut lost = false;
    loop {
        let Ways { all, listener, .. } = *ways.borrow_and_update();
        let way = if all == Way::Open && seen.listens.load(Ordering::Relaxed) {
            listener
        } else {
            all
        };
        match way {
            Way::Open if !lost => return None,
            Way::Slow if !lost => {
                sleep(SLOW).await;
                return None;
            }
            Way::Open | Way::Slow | Way::Silent => {}
            Way::Lost => lost = true,
            Way::Cut => return Some(End::Closed),
            Way::Reset => return Some(End::Reset),
        }
        let for_long = async {
            match way {
                Way::Open | Way::Slow => sleep(LONG).await,
                _ => pending().await,
            }
        };
        tokio::select! {
            changed = ways.changed() => if changed.is_err() {
                return Some(End::Closed);
            },
            () = for_long => return Some(End::Closed),
        }
    }
}
