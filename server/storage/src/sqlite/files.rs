//! The database's files: who may read them, and whether there is one that must not be missing.

use super::OpenError;
use super::open::OpenMode;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The owner reads and writes, nobody else. SQLite gives its `-wal` and `-shm` files the mode of the database.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// What is added to the name of a database whose data was moved to another one.
pub(crate) const MOVED: &str = ".moved";

pub(crate) struct Files {
    /// Absolute, so that no path can be taken for a `file:` address.
    pub(crate) database: PathBuf,
    /// Says that a database stood here: where it is gone, an empty one in its place would hand the installation to
    /// whoever asks first.
    pub(crate) marker: PathBuf,
    pub(crate) directory: PathBuf,
}

impl Files {
    pub(crate) fn at(path: &Path) -> Result<Self, OpenError> {
        let unreadable = |reason| OpenError::Unreadable {
            path: path.to_owned(),
            reason,
        };
        let database = std::path::absolute(path).map_err(|error| unreadable(error.into()))?;
        let (Some(directory), Some(name)) = (database.parent(), database.file_name()) else {
            return Err(unreadable("this is no file's path".into()));
        };
        if database.is_dir() {
            return Err(OpenError::Folder { path: database });
        }
        let mut marker = name.to_owned();
        marker.push(".initialized");
        let (directory, marker) = (directory.to_owned(), directory.join(marker));
        Ok(Self {
            database,
            marker,
            directory,
        })
    }

    /// Whether the database was made complete here before.
    pub(crate) fn are_marked(&self) -> Result<bool, OpenError> {
        self.marker
            .try_exists()
            .map_err(|error| self.unreadable(error))
    }

    /// Makes sure that a database stands here.
    pub(super) fn expect(&self) -> Result<(), OpenError> {
        self.prepare(OpenMode::ExistingOnly)
    }

    /// Whether SQLite's log of changes lies beside the database: somebody has it open, or was killed.
    pub(crate) fn has_log(&self) -> bool {
        self.beside("-wal").exists()
    }

    /// A file whose name is the database's with something after it.
    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.database.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }

    /// Makes sure that a file stands where the database shall be, an empty one only where there was none before.
    pub(crate) fn prepare(&self, mode: OpenMode) -> Result<(), OpenError> {
        // The marker first: another process that is making the database writes it last.
        let marked = self.are_marked()?;
        let size = match std::fs::metadata(&self.database) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(self.unreadable(error)),
        };
        match (size, mode) {
            (1.., _) => Ok(()),
            (0, _) if marked => Err(self.vanished()),
            (0, mode) if !mode.creates() => Err(self.missing()),
            (0, _) => self.create().map_err(|reason| OpenError::NotCreated {
                path: self.database.clone(),
                reason,
            }),
        }
    }

    /// Notes for every later start that a complete database stands here.
    pub(crate) fn mark(&self) -> Result<(), OpenError> {
        if self.are_marked()? {
            return Ok(());
        }
        self.write_marker().map_err(|reason| OpenError::NotCreated {
            path: self.marker.clone(),
            reason,
        })
    }

    fn create(&self) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(DIRECTORY_MODE)
            .create(&self.directory)?;
        match owners_file().create_new(true).open(&self.database) {
            Ok(_) => self.sync_directory(),
            // An empty file with a mode of its own. It is not opened: closing it again would drop the locks that
            // SQLite may hold on it in this process.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                std::fs::set_permissions(&self.database, Permissions::from_mode(FILE_MODE))
            }
            Err(error) => Err(error),
        }
    }

    fn write_marker(&self) -> io::Result<()> {
        let mut file = owners_file()
            .create(true)
            .truncate(true)
            .open(&self.marker)?;
        writeln!(
            file,
            "A database was made beside this file. Where that database is missing, Voxum Console does not start, \
             rather than begin an empty one in its place. Delete this file only to begin with nothing."
        )?;
        file.sync_all()?;
        self.sync_directory()
    }

    /// A new name in a directory survives power loss once the directory itself is on the disk.
    pub(crate) fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }

    pub(super) fn vanished(&self) -> OpenError {
        let moved = self.beside(MOVED);
        if moved.exists() {
            return OpenError::Moved {
                path: self.database.clone(),
                moved,
            };
        }
        OpenError::Vanished {
            path: self.database.clone(),
            marker: self.marker.clone(),
        }
    }

    pub(super) fn missing(&self) -> OpenError {
        OpenError::Missing {
            path: self.database.clone(),
        }
    }

    fn unreadable(&self, error: io::Error) -> OpenError {
        OpenError::Unreadable {
            path: self.database.clone(),
            reason: error.into(),
        }
    }
}

fn owners_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(FILE_MODE);
    options
}
