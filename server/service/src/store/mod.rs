//! Ports to the database.
//!
//! Each method is one use case and is atomic. A method that changes something takes the audit event
//! of the change and commits both together or neither. Transactions and SQL stay inside the
//! adapters. Every adapter passes the suite in `server/contract`.

mod access;
mod audit;
mod authority;
mod bulk;
mod call;
mod caller_stats;
mod combinations;
mod factor;
mod failed_attempts;
mod feed;
mod idempotency;
mod import;
mod installation;
mod inventory;
mod item_change;
mod key;
mod key_change;
mod key_search;
mod lead;
mod link;
mod member;
mod notice;
mod operator;
mod page;
mod pepper;
mod preview;
mod quota;
mod receipt;
mod refusal;
mod revocation;
mod rotation;
mod team;
mod token;
mod verdict;

pub use access::*;
pub use audit::*;
pub use authority::*;
pub use bulk::*;
pub use call::*;
pub use caller_stats::*;
pub use combinations::*;
pub use factor::*;
pub use failed_attempts::*;
pub use feed::*;
pub use idempotency::*;
pub use import::*;
pub use installation::*;
pub use inventory::*;
pub use item_change::*;
pub use key::*;
pub use key_change::*;
pub use key_search::*;
pub use lead::*;
pub use link::*;
pub use member::*;
pub use notice::*;
pub use operator::*;
pub use page::*;
pub use pepper::*;
pub use preview::*;
pub use quota::*;
pub use receipt::*;
pub use refusal::*;
pub use revocation::*;
pub use rotation::*;
pub use team::*;
pub use token::*;
pub use verdict::*;

/// Error of a database. The texts are for logs and not for callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or has been locked for too long. A later attempt may succeed.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A listing, which the text names, was interrupted at its deadline.
    #[error("{0} did not finish before its deadline")]
    PastDeadline(&'static str),
    /// The disk of the database is full; nothing was changed.
    #[error("the database's disk is full")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The change would exceed a quota of the account; nothing was changed.
    #[error("an account has reached its quota: {0:?}")]
    OverQuota(OverQuota),
    /// In-doubt commit: it was sent, but the database did not confirm it, so the change may or may
    /// not have been made.
    #[error("the outcome of the change is not known")]
    InDoubt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database returned an invalid result or rejected a statement.
    #[error("the database failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The actor has lost the authority for the change since it was authenticated; nothing was
    /// changed.
    #[error("the authority for the change has ended: {0:?}")]
    Denied(Denial),
}

type Result<T> = std::result::Result<T, StoreError>;
