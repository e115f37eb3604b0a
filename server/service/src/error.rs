//! The two kinds of error: refused, which the caller is told, and broken, which the log is told.

use crate::store::StoreError;
use domain::{Failure, Field, Rejected, Scope};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller asked for what may not or cannot be; nothing was changed.
    #[error("refused: {0:?}")]
    Refused(Failure),
    /// The key lacks a permission.
    #[error("missing scope {0}")]
    MissingScope(Scope),
    /// The database cannot be reached: we cannot know, so we neither allow nor deny.
    #[error("unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours. Its text is for the log alone.
    #[error("broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn field(field: Field, rejected: Rejected) -> Self {
        Self::Refused(Failure::field(field, rejected.0))
    }

    pub(crate) fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(error.into())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::Unavailable(source),
            StoreError::Broken(source) => Self::Broken(source),
        }
    }
}
