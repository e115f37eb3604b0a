//! Client end of the socket, in the command's process.

use super::socket::path;
use super::{Order, Outcome};
use anyhow::{Context as _, bail};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// Longer than a change that waits for an unresponsive node may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Far more bytes than a sentence about ten keys.
const MOST: u64 = 64 * 1_024;

/// Returns whether a server listens for commands, without sending it anything.
///
/// # Errors
/// If this cannot be determined.
pub async fn listens(database: &Path) -> io::Result<bool> {
    Ok(connect(&path(database)).await?.is_some())
}

/// Returns `None` if no server runs, or the server was killed.
async fn connect(path: &Path) -> io::Result<Option<UnixStream>> {
    match UnixStream::connect(path).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error)
            if [ErrorKind::NotFound, ErrorKind::ConnectionRefused].contains(&error.kind()) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Has the running server carry out an order. Returns `None` if no server listens.
///
/// # Errors
/// One line for the operator. If the server did not answer, the outcome is unknown.
pub async fn ask(database: &Path, order: &Order) -> anyhow::Result<Option<Outcome>> {
    let path = path(database);
    let mut stream = match connect(&path).await {
        Ok(Some(stream)) => stream,
        Ok(None) => return Ok(None),
        // The path is too long for a socket, so there is none.
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(None),
        Err(error) => bail!(
            "the running server cannot be asked at {}: {error}; run the command as the server's user",
            path.display()
        ),
    };
    let asked = async {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut answer = Vec::new();
        stream.take(MOST).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(serde_json::from_slice(&answer)?)
    };
    let answered = match timeout(PATIENCE, asked).await {
        Ok(answered) => answered.map_err(anyhow::Error::from),
        Err(late) => Err(late.into()),
    };
    answered.map(Some).context(
        "the running server gave no answer, and whether the change was made is not known: look with `voxum key list --all`",
    )
}
