//! The socket beside an SQLite database, over which commands reach the server that runs on it.

use crate::settings::Database;
use rustix::fs::{FlockOperation, Mode, flock};
use rustix::process::umask;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::time::sleep;

/// How often, and how long apart, a start looks whether another one is through with the same folder.
const TURNS: u32 = 50;
const TURN: Duration = Duration::from_millis(20);

/// Where commands look for the server of a database.
pub(super) fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".sock");
    name.into()
}

/// Removed when dropped.
pub struct Socket {
    pub(super) listener: UnixListener,
    path: PathBuf,
    /// Device and number of the file, by which it is known from one that another server put in its place.
    file: (u64, u64),
}

impl Socket {
    /// `None` where there shall be none, or cannot be one: then commands write the database by themselves, and what they
    /// changed is noticed there.
    pub async fn beside(database: &Database) -> Option<Self> {
        let Database::File(database) = database else {
            return None;
        };
        let path = path(database);
        match Self::bind(path.clone()).await {
            Ok(socket) => Some(socket),
            Err(error) => {
                tracing::warn!(
                    socket = %path.display(),
                    %error,
                    "commands cannot reach this server: they change keys in the database, where this server notices it"
                );
                None
            }
        }
    }

    async fn bind(path: PathBuf) -> io::Result<Self> {
        // Until this is dropped, no other start looks and binds here.
        let _turn = turn(&path).await?;
        match (UnixStream::connect(&path).await, path.symlink_metadata()) {
            // Nobody listens any more: what a server left that was killed.
            (Err(error), Ok(found))
                if error.kind() == ErrorKind::ConnectionRefused
                    && found.file_type().is_socket() =>
            {
                std::fs::remove_file(&path)?;
            }
            (Err(error), _) if error.kind() == ErrorKind::NotFound => {}
            // Its path is too long, for one.
            (Err(error), _) if error.kind() == ErrorKind::InvalidInput => return Err(error),
            _ => {
                let text = "another server listens there, or it is something else";
                return Err(io::Error::new(ErrorKind::AddrInUse, text));
            }
        }
        // Made with its mode: changed afterwards, it would stand open in between.
        let former = umask(Mode::from_raw_mode(0o177));
        let bound = UnixListener::bind(&path);
        umask(former);
        let listener = bound?;
        let file = identity(&path.symlink_metadata()?);
        Ok(Self {
            listener,
            path,
            file,
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let still = self.path.symlink_metadata();
        if still.is_ok_and(|found| identity(&found) == self.file) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// A lock on the folder.
async fn turn(path: &Path) -> io::Result<File> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new(".")))?;
    for _ in 0..TURNS {
        if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
            return Ok(folder);
        }
        sleep(TURN).await;
    }
    Err(io::Error::new(
        ErrorKind::WouldBlock,
        "its folder is locked",
    ))
}
