//! Why a call is refused: one value, from the check that refuses the call to the counter, the
//! explanation and the response.

mod call_id;
mod cause;
mod key_refusal;

pub use call_id::CallId;
pub use cause::Cause;
pub use key_refusal::KeyRefusal;

use crate::entry::EntryError;
use domain::{RefusalCode, Resource};

/// Refusal of a call. The variants are in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    UnknownPath {
        /// Pattern of the route that was probably meant.
        suggestion: Option<&'static str>,
    },
    MethodNotAllowed,
    AmbiguousCredentials,
    MissingKey,
    /// The key was not accepted.
    Key(KeyRefusal),
    KeyLimited {
        retry_after_seconds: u64,
    },
    /// The limit of all keys of an account together.
    AccountLimited {
        retry_after_seconds: u64,
    },
    UnsupportedMediaType {
        /// Media types that the route accepts, between backticks.
        expected: &'static str,
    },
    /// The `Content-Type` declares an encoding other than UTF-8; with the explanation.
    UnsupportedEncoding(String),
    BodyTooLarge {
        limit: usize,
    },
    /// The body did not arrive in time.
    RequestTimeout,
    /// With the explanation of the parser.
    MalformedBody(String),
    InvalidBody(Vec<EntryError>),
    /// With the explanation of the parser.
    InvalidParameter(String),
    NoSuchItem,
    NoSuchLead,
    /// The cursor into the changes of items is older than the removals that are kept.
    CursorExpired,
    PreconditionFailed,
    /// `If-Match` contains no tag that this server issued.
    ForeignTag,
    /// A condition was set on a resource without entity tags.
    NoConditions,
    /// A feed that replaces the inventory omits more stored items than one feed may remove.
    ReplaceTooLarge,
    /// A feed that replaces the inventory would remove a large part of the items, which its sender
    /// has not allowed.
    RemovalNotAllowed {
        removed: u64,
        stored: u64,
    },
    IdempotencyKeyReused,
    /// The first request with the same idempotency key is still being carried out.
    Conflict,
    Internal,
    Unavailable,
    /// A listing did not finish before its deadline.
    PastDeadline,
    /// The server is shutting down.
    Stopping,
    /// The memory for large bodies is in use.
    Busy,
    /// Too many feeds are waiting to be read.
    TooManyFeeds,
    QuotaExceeded {
        resource: Resource,
        limit: u64,
    },
    /// The disk is nearly full, and the request can wait.
    StorageLow,
    /// A revocation is in force on this node only.
    NotStored,
    /// The change was sent to the database, which did not confirm it.
    OutcomeUnknown {
        /// Whether the request has an idempotency key, so that repeating it yields the outcome.
        idempotent: bool,
    },
}

impl Refusal {
    /// Returns the code in the response, under which the refusal is counted and stored.
    pub const fn code(&self) -> RefusalCode {
        use RefusalCode as C;
        match self {
            Self::UnknownPath { .. } | Self::NoSuchItem | Self::NoSuchLead => C::NotFound,
            Self::MethodNotAllowed => C::MethodNotAllowed,
            Self::AmbiguousCredentials => C::AmbiguousCredentials,
            Self::MissingKey => C::MissingKey,
            Self::Key(refusal) => refusal.code(),
            Self::KeyLimited { .. } | Self::AccountLimited { .. } => C::RateLimited,
            Self::UnsupportedMediaType { .. } | Self::UnsupportedEncoding(_) => {
                C::UnsupportedMediaType
            }
            Self::BodyTooLarge { .. } => C::BodyTooLarge,
            Self::RequestTimeout => C::RequestTimeout,
            Self::MalformedBody(_) => C::MalformedBody,
            Self::InvalidBody(_) => C::InvalidBody,
            Self::InvalidParameter(_) => C::InvalidParameter,
            Self::CursorExpired => C::CursorExpired,
            Self::PreconditionFailed | Self::ForeignTag | Self::NoConditions => {
                C::PreconditionFailed
            }
            Self::ReplaceTooLarge => C::ReplaceTooLarge,
            Self::RemovalNotAllowed { .. } => C::RemovalNotAllowed,
            Self::IdempotencyKeyReused => C::IdempotencyKeyReused,
            Self::Conflict => C::Conflict,
            Self::Internal => C::Internal,
            Self::Unavailable
            | Self::PastDeadline
            | Self::Stopping
            | Self::Busy
            | Self::TooManyFeeds => C::Unavailable,
            Self::QuotaExceeded { .. } => C::QuotaExceeded,
            Self::StorageLow => C::StorageLow,
            Self::NotStored => C::NotStored,
            Self::OutcomeUnknown { .. } => C::OutcomeUnknown,
        }
    }
}

impl From<KeyRefusal> for Refusal {
    fn from(refusal: KeyRefusal) -> Self {
        Self::Key(refusal)
    }
}
