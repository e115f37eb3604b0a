//! Socket beside an SQLite database, over which commands reach the server that runs on it.

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

/// Number of attempts to lock the folder while another server starts, and the time between them.
const TURNS: u32 = 50;
const TURN: Duration = Duration::from_millis(20);

/// Returns the path at which commands look for the server of a database.
pub(super) fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".sock");
    name.into()
}

/// The socket, whose file is removed when this value is dropped.
pub struct Socket {
    pub(super) listener: UnixListener,
    path: PathBuf,
    /// Device and inode of the file, which distinguish it from one that another server created in
    /// its place.
    file: (u64, u64),
}

impl Socket {
    /// Creates the socket beside an SQLite database.
    ///
    /// Returns `None` if the database has no socket, or if it cannot be created. Commands then
    /// change the database themselves, where this server notices the changes.
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
        // Until this is dropped, no other start checks and binds here.
        let _turn = turn(&path).await?;
        match (UnixStream::connect(&path).await, path.symlink_metadata()) {
            // No process listens any more: a server that was killed left this file.
            (Err(error), Ok(found))
                if error.kind() == ErrorKind::ConnectionRefused
                    && found.file_type().is_socket() =>
            {
                std::fs::remove_file(&path)?;
            }
            (Err(error), _) if error.kind() == ErrorKind::NotFound => {}
            // For example, the path is too long.
            (Err(error), _) if error.kind() == ErrorKind::InvalidInput => return Err(error),
            _ => {
                let text = "another server listens there, or it is something else";
                return Err(io::Error::new(ErrorKind::AddrInUse, text));
            }
        }
        // The umask applies to the creation of the file: with a later `chmod`, other users could
        // connect in between.
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

/// Locks the folder.
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
