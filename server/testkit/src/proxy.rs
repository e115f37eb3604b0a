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
pub enum ProxyMode {
    #[default]
    Open,
    /// Bytes are delayed.
    Slow,
    /// Bytes are held back without an error. They arrive once the proxy is open again.
    Silent,
    /// Bytes are discarded without an error, so that only new connections work. The old ones do not
    /// end for a long time.
    Dropping,
    /// Connections are closed, including new ones.
    Cut,
    /// Connections are reset, including new ones.
    Reset,
}

/// Fate of a connection on which a transaction commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CommitMode {
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
struct ProxyState {
    default_mode: ProxyMode,
    /// Applies to connections that listen for notifications.
    listener: ProxyMode,
    commit: CommitMode,
    /// Limits `commit` to transactions in which these bytes are sent.
    marker: Option<&'static [u8]>,
}

/// Use of a connection so far.
#[derive(Debug, Default)]
struct ConnectionUse {
    listens: AtomicBool,
    commits: AtomicBool,
    /// The marker was sent in the current transaction.
    marked: AtomicBool,
}

/// Ends with the runtime on which it was started.
pub struct Proxy {
    /// URL of the database through this proxy.
    pub url: Url,
    state: watch::Sender<ProxyState>,
}

impl Proxy {
    pub async fn start(url: &Url) -> Self {
        let server = url.socket_addrs(|| Some(5432)).expect("an address")[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = watch::Sender::new(ProxyState::default());
        let state_sender = state.clone();
        tokio::spawn(async move {
            let is_unreachable = Arc::new(AtomicBool::new(false));
            while let Ok((client, _)) = listener.accept().await {
                if !is_unreachable.load(Ordering::Relaxed) {
                    tokio::spawn(serve_connection(
                        client,
                        server,
                        state_sender.clone(),
                        Arc::clone(&is_unreachable),
                    ));
                }
            }
        });
        let mut url = url.clone();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        Self { url, state }
    }

    pub fn set(&self, mode: ProxyMode) {
        self.state.send_modify(|state| state.default_mode = mode);
    }

    /// Sets the mode of those connections only that listen for notifications.
    pub fn set_listener(&self, mode: ProxyMode) {
        self.state.send_modify(|state| state.listener = mode);
    }

    pub fn set_commit(&self, commit: CommitMode) {
        self.state.send_modify(|state| {
            state.commit = commit;
            state.marker = None;
        });
    }

    /// Like [`Self::set_commit`], but only for transactions in which `marker` is sent.
    pub fn set_commit_of(&self, marker: &'static str, commit: CommitMode) {
        self.state.send_modify(|state| {
            state.commit = commit;
            state.marker = Some(marker.as_bytes());
        });
    }
}

const SLOW_DELAY: Duration = Duration::from_millis(40);
/// Longer than any wait for an answer.
const MAX_CONNECTION_TIME: Duration = Duration::from_secs(12);

enum ConnectionEnd {
    Closed,
    Reset,
}

async fn serve_connection(
    mut client: TcpStream,
    server: SocketAddr,
    state_sender: watch::Sender<ProxyState>,
    is_unreachable: Arc<AtomicBool>,
) {
    let connection_use = ConnectionUse::default();
    let mut state = state_sender.subscribe();
    if let Some(end) = until_open(&mut state, &connection_use).await {
        return finish(&end, &[&client]);
    }
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            end = forward(from_client, to_server, &state_sender, &connection_use) => end,
            end = forward(from_server, to_client, &state_sender, &connection_use) => end,
        }
    };
    if connection_use.commits.load(Ordering::Relaxed)
        && state.borrow().commit == CommitMode::UnansweredForGood
    {
        is_unreachable.store(true, Ordering::Relaxed);
    }
    finish(&end, &[&client, &server]);
}

fn finish(end: &ConnectionEnd, streams: &[&TcpStream]) {
    if let ConnectionEnd::Reset = end {
        for stream in streams {
            // Closed by a reset.
            let _ = stream.set_zero_linger();
        }
    }
}

/// Forwards the bytes of one direction. No byte is dropped in between: as with TCP, it arrives or
/// the connection ends.
async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    state_sender: &watch::Sender<ProxyState>,
    connection_use: &ConnectionUse,
) -> ConnectionEnd {
    let mut state = state_sender.subscribe();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if let Some(end) = until_open(&mut state, connection_use).await {
            return end;
        }
        let read = tokio::select! {
            changed = state.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return ConnectionEnd::Closed,
            },
            read = from.read(&mut buffer) => read,
        };
        let Some(bytes) = read
            .ok()
            .filter(|read| *read > 0)
            .map(|read| &buffer[..read])
        else {
            return ConnectionEnd::Closed;
        };
        let contains = |sequence: &[u8]| {
            bytes
                .windows(sequence.len())
                .any(|window| window == sequence)
        };
        if contains(LISTEN) {
            connection_use.listens.store(true, Ordering::Relaxed);
        }
        if let Some(end) = until_open(&mut state, connection_use).await {
            return end;
        }
        let ProxyState { commit, marker, .. } = *state.borrow();
        if marker.is_some_and(contains) {
            connection_use.marked.store(true, Ordering::Relaxed);
        }
        let commit = match marker {
            Some(_) if !connection_use.marked.load(Ordering::Relaxed) => CommitMode::Passes,
            _ => commit,
        };
        let is_answer = connection_use.commits.load(Ordering::Relaxed);
        if commit != CommitMode::Passes && contains(COMMIT) {
            connection_use.commits.store(true, Ordering::Relaxed);
        }
        match commit {
            CommitMode::Unsent if contains(COMMIT) => return ConnectionEnd::Closed,
            CommitMode::Unanswered | CommitMode::UnansweredForGood if is_answer => {
                return ConnectionEnd::Closed;
            }
            CommitMode::Silent if is_answer => pending().await,
            _ => {}
        }
        if to.write_all(bytes).await.is_err() {
            return ConnectionEnd::Closed;
        }
        match commit {
            CommitMode::Answered if is_answer => return ConnectionEnd::Reset,
            CommitMode::AnsweredLast if is_answer => {
                state_sender.send_modify(|state| state.default_mode = ProxyMode::Cut);
                return ConnectionEnd::Closed;
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
async fn until_open(
    state: &mut watch::Receiver<ProxyState>,
    connection_use: &ConnectionUse,
) -> Option<ConnectionEnd> {
    let mut has_dropped = false;
    loop {
        let ProxyState {
            default_mode,
            listener,
            ..
        } = *state.borrow_and_update();
        let mode =
            if default_mode == ProxyMode::Open && connection_use.listens.load(Ordering::Relaxed) {
                listener
            } else {
                default_mode
            };
        match mode {
            ProxyMode::Open if !has_dropped => return None,
            ProxyMode::Slow if !has_dropped => {
                sleep(SLOW_DELAY).await;
                return None;
            }
            ProxyMode::Open | ProxyMode::Slow | ProxyMode::Silent => {}
            ProxyMode::Dropping => has_dropped = true,
            ProxyMode::Cut => return Some(ConnectionEnd::Closed),
            ProxyMode::Reset => return Some(ConnectionEnd::Reset),
        }
        let time_limit = async {
            match mode {
                ProxyMode::Open | ProxyMode::Slow => sleep(MAX_CONNECTION_TIME).await,
                _ => pending().await,
            }
        };
        tokio::select! {
            changed = state.changed() => if changed.is_err() {
                return Some(ConnectionEnd::Closed);
            },
            () = time_limit => return Some(ConnectionEnd::Closed),
        }
    }
}
