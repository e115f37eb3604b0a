//! The deadline of listings: queries whose cost grows with the data of an account or depends on the
//! caller's filter.
//!
//! Both engines run them on a separate pool, so that no number of slow listings takes a connection
//! from authentication, revocations or heartbeats. A listing that is not finished at its deadline
//! is interrupted in the database itself, and its connection returns to the pool.

use std::time::Duration;

/// Maximum duration of one listing, including the wait for a connection.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1);

/// Number of listing connections on one node.
pub(crate) const CONNECTIONS: u32 = 4;

/// The database interrupted a listing at its deadline.
#[derive(Debug, thiserror::Error)]
#[error("the listing did not finish before its deadline")]
pub(crate) struct PastDeadline;

impl PastDeadline {
    pub(crate) fn error() -> sqlx::Error {
        sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, Self))
    }

    pub(crate) fn is(error: &sqlx::Error) -> bool {
        let sqlx::Error::Io(error) = error else {
            return false;
        };
        error
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}
