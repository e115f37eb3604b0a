//! The changes that opening a database may make to it, the same for both engines.

/// The changes that opening a database may make to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Opens an existing database with the current schema, for commands. An older schema is
    /// refused.
    ExistingOnly,
    /// Migrates an existing database, for the copy that a restore fills.
    UpgradeOnly,
    /// Creates the database if it never existed, and migrates it, for the server. On PostgreSQL, an
    /// older schema is refused while nodes of the older version are running.
    CreateIfNew,
    /// Like [`Self::CreateIfNew`], but also migrates while nodes of the older version are running.
    RollingUpgrade,
}

impl OpenMode {
    /// Returns whether the database may be created.
    pub(crate) fn may_create(self) -> bool {
        matches!(self, Self::CreateIfNew | Self::RollingUpgrade)
    }
}
