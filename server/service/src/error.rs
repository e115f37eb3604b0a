//! The kinds of error: a refusal has a reason for the caller; a fault goes to the log; and a change
//! in doubt is neither done nor undone.

use crate::invalid::{InvalidFields, InvalidReason};
use crate::refusal::KeyRefusal;
use crate::store::{Denial, OverQuota, StoreError};
use domain::{Failure, Field, Role};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is not allowed or not possible; nothing was changed.
    #[error("refused: {0:?}")]
    Refused(Failure),
    /// Fields of the form are invalid; nothing was changed.
    #[error("refused fields: {0:?}")]
    Invalid(InvalidFields),
    /// The teammate has had this role since another member changed it; nothing was changed.
    #[error("the role has been changed to {}", .0.as_str())]
    RoleChanged(Role),
    /// The account would exceed its quota; nothing was changed.
    #[error("an account has reached its quota: {0:?}")]
    OverQuota(OverQuota),
    /// The key may not be used, or not for this; nothing was changed.
    #[error("the key was denied: {0:?}")]
    Denied(KeyRefusal),
    /// The database cannot be reached, so the request is neither allowed nor denied.
    #[error("unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A listing, which the text names, was interrupted at its deadline.
    #[error("{0} did not finish before its deadline")]
    PastDeadline(&'static str),
    /// The disk is full or nearly full, and the request can wait; nothing was changed.
    #[error("storage is low")]
    StorageLow(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A revocation or a pause that is in force on this node and not stored yet (see
    /// `crate::verdict::pending_stops`).
    #[error("rejected on this node, not yet stored")]
    NotStored(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database did not confirm the change: it may or may not have been made.
    #[error(
        "the database did not confirm the change, which may or may not have been made; check before you repeat it"
    )]
    InDoubt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An internal fault. Its text is only for the log.
    #[error("broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn field(field: Field, reason: impl Into<InvalidReason>) -> Self {
        let mut fields = InvalidFields::default();
        fields.add(field, reason);
        Self::Invalid(fields)
    }

    /// For a step before the change: whatever its outcome, the change was not made.
    pub(crate) fn nothing_changed(error: StoreError) -> Self {
        match error {
            StoreError::InDoubt(source) => Self::Unavailable(source),
            error => error.into(),
        }
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

impl From<InvalidFields> for Error {
    fn from(fields: InvalidFields) -> Self {
        Self::Invalid(fields)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::Unavailable(source),
            StoreError::PastDeadline(listing) => Self::PastDeadline(listing),
            StoreError::OverQuota(quota) => Self::OverQuota(quota),
            StoreError::Full(source) => Self::StorageLow(source),
            StoreError::InDoubt(source) => Self::InDoubt(source),
            StoreError::Broken(source) => Self::Broken(source),
            StoreError::Denied(Denial::SignedOut) => Self::Refused(Failure::SignedOut),
            StoreError::Denied(Denial::RoleChanged | Denial::MayNotManage) => {
                Self::Refused(Failure::Forbidden)
            }
            StoreError::Denied(Denial::Key(refusal)) => Self::Denied(refusal),
        }
    }
}
