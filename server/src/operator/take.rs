//! Server end of the socket: one order for each connection, from the server's own user or root.

use super::socket::Socket;
use super::{Order, Outcome, carry_out};
use crate::telemetry::Chain;
use rustix::process::geteuid;
use service::{Error, Service};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Orders that are read or carried out concurrently; others wait in the operating system's queue.
const AT_ONCE: usize = 4;
/// Far more bytes than an id and a change.
const MOST: u64 = 1_024;
/// Time limit for receiving an order, and for sending the answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Pause after a failure to accept a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// Answer to a revocation or a pause that could not be stored.
const NOT_STORED: &str = "refused on this node, not yet stored: the database could not be written, so the running server refuses the key \
    from its memory and keeps trying; until it is stored, other nodes accept the key, and a restart of the server loses the change: free \
    some space on the database's disk, and look with `voxum key list --all`";

/// Carries out orders of commands until `stop` is cancelled, and finishes those that have begun.
pub async fn take_orders(socket: Socket, service: Arc<Service>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let tasks = TaskTracker::new();
    let next = async || {
        let place = places.clone().acquire_owned().await;
        (place, socket.listener.accept().await)
    };
    loop {
        let (place, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            next = next() => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let service = service.clone();
                tasks.spawn(async move {
                    if let Err(error) = serve(stream, &service).await {
                        tracing::debug!(%error, "an order of a command was not carried out");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no command can be answered for now");
                sleep(PAUSE).await;
            }
        }
    }
    drop(socket);
    tasks.close();
    tasks.wait().await;
}

async fn serve(mut stream: UnixStream, service: &Service) -> io::Result<()> {
    // The mode of the file ensures this, too, but this check holds even if the file was changed.
    let (peer, own) = (stream.peer_cred()?.uid(), geteuid().as_raw());
    let outcome = if may(peer, own) {
        match timeout(PATIENCE, read(&mut stream)).await?? {
            Some(order) => carried(service, &order).await,
            None => Outcome::Refused(
                "the running server does not know this order: use the command of its own version"
                    .to_owned(),
            ),
        }
    } else {
        tracing::warn!(uid = peer, "a command of another user was refused");
        Outcome::Refused(
            "the running server takes orders of its own user and of root alone".to_owned(),
        )
    };
    let mut line = serde_json::to_vec(&outcome)?;
    line.push(b'\n');
    timeout(PATIENCE, stream.write_all(&line)).await?
}

fn may(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

/// Returns `None` if the line is not an order.
async fn read(stream: &mut UnixStream) -> io::Result<Option<Order>> {
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream.take(MOST));
    reader.read_until(b'\n', &mut line).await?;
    // A line without its end may be incomplete.
    let whole = line.strip_suffix(b"\n");
    Ok(whole.and_then(|line| serde_json::from_slice(line).ok()))
}

async fn carried(service: &Service, order: &Order) -> Outcome {
    match carry_out(service, order).await {
        Ok(outcome) => outcome,
        Err(Error::NotStored(_)) => Outcome::Refused(NOT_STORED.to_owned()),
        Err(error) => {
            tracing::error!(error = %Chain(&error), "the order of a command could not be carried out");
            Outcome::Refused(
                "the running server could not reach its database, and its log says why: look whether the change was made \
                 with `voxum key list --all`"
                    .to_owned(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_own_user_and_root_are_served_and_nobody_else() {
        for (peer, own, served) in [
            (1_000, 1_000, true),
            (0, 1_000, true),
            (0, 0, true),
            (1_000, 0, false),
            (1_000, 1_001, false),
        ] {
            assert_eq!(may(peer, own), served, "{peer} to {own}");
        }
    }

    #[tokio::test]
    async fn what_is_no_order_is_none() {
        for (text, known) in [
            ("{\"key\":\"k\",\"change\":\"pause\"}\n", true),
            ("{\"key\":\"k\",\"change\":{\"revoke\":\"leaked\"}}\n", true),
            ("{\"key\":\"k\",\"change\":\"pause\"}", false),
            ("{\"key\":\"k\",\"change\":\"delete\"}\n", false),
            (
                "{\"key\":\"k\",\"change\":\"pause\",\"force\":true}\n",
                false,
            ),
            ("\n", false),
        ] {
            let (mut here, mut there) = UnixStream::pair().unwrap();
            here.write_all(text.as_bytes()).await.unwrap();
            here.shutdown().await.unwrap();
            assert_eq!(read(&mut there).await.unwrap().is_some(), known, "{text}");
        }
        // A line that is too long is not read to its end.
        let (mut here, mut there) = UnixStream::pair().unwrap();
        here.write_all(&vec![b'x'; 4_096]).await.unwrap();
        let read = timeout(Duration::from_secs(5), read(&mut there)).await;
        assert!(read.unwrap().unwrap().is_none());
    }
}
