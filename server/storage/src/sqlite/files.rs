//! The database's files: their permissions, and the marker of a database that must not be missing.

use super::OpenError;
use crate::open_mode::OpenMode;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Only the owner may read and write. SQLite gives its `-wal` and `-shm` files the same mode.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// Suffix of the name of a file whose data was moved to PostgreSQL.
pub(crate) const MOVED_SUFFIX: &str = ".moved";

pub(crate) struct Files {
    /// Absolute, so that no path is mistaken for a `file:` address.
    pub(crate) database: PathBuf,
    /// Shows that a database existed here. If it has disappeared, an empty database in its place
    /// would give the installation to the first visitor.
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
            return Err(unreadable("this is not the path of a file".into()));
        };
        if database.is_dir() {
            return Err(OpenError::IsDirectory { path: database });
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

    /// Returns whether a complete database was created here before.
    pub(crate) fn has_marker(&self) -> Result<bool, OpenError> {
        self.marker
            .try_exists()
            .map_err(|error| self.unreadable(error))
    }

    /// Checks that the database exists.
    pub(super) fn check_exists(&self) -> Result<(), OpenError> {
        self.prepare(OpenMode::ExistingOnly)
    }

    /// Returns whether SQLite's log is beside the database: a process has the database open, or was
    /// killed.
    pub(crate) fn has_log(&self) -> bool {
        self.with_suffix("-wal").exists()
    }

    /// Returns the path of the database with a suffix.
    pub(crate) fn with_suffix(&self, suffix: &str) -> PathBuf {
        let mut name = self.database.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }

    /// Checks that the database file exists, and creates an empty one if none ever existed and
    /// `mode` allows it.
    pub(crate) fn prepare(&self, mode: OpenMode) -> Result<(), OpenError> {
        // The marker is read first, since another process that creates the database writes it last.
        let has_marker = self.has_marker()?;
        let size = match std::fs::metadata(&self.database) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(self.unreadable(error)),
        };
        match (size, mode) {
            (1.., _) => Ok(()),
            (0, _) if has_marker => Err(self.vanished()),
            (0, mode) if !mode.may_create() => Err(self.missing()),
            (0, _) => self.create().map_err(|reason| OpenError::CreationFailed {
                path: self.database.clone(),
                reason,
            }),
        }
    }

    /// Creates the marker, which shows every later start that a complete database exists here.
    pub(crate) fn ensure_marker(&self) -> Result<(), OpenError> {
        if self.has_marker()? {
            return Ok(());
        }
        self.write_marker()
            .map_err(|reason| OpenError::CreationFailed {
                path: self.marker.clone(),
                reason,
            })
    }

    fn create(&self) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(DIRECTORY_MODE)
            .create(&self.directory)?;
        match private_file_options().create_new(true).open(&self.database) {
            Ok(_) => self.sync_directory(),
            // An empty file with its own mode. It is not opened, since closing it again would drop
            // the locks that SQLite may hold on it in this process.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                std::fs::set_permissions(&self.database, Permissions::from_mode(FILE_MODE))
            }
            Err(error) => Err(error),
        }
    }

    fn write_marker(&self) -> io::Result<()> {
        let mut file = private_file_options()
            .create(true)
            .truncate(true)
            .open(&self.marker)?;
        writeln!(
            file,
            "A database was created beside this file. If that database is missing, Voxum Console does not start, so that it \
             does not create an empty one in its place. Delete this file only to start with an empty database."
        )?;
        file.sync_all()?;
        self.sync_directory()
    }

    /// A new name in a directory survives power loss once the directory itself is synced.
    pub(crate) fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }

    pub(super) fn vanished(&self) -> OpenError {
        let moved = self.with_suffix(MOVED_SUFFIX);
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

fn private_file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(FILE_MODE);
    options
}
