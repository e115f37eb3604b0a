//! Pool for listings, each of which is interrupted at its deadline (see [`crate::listing`]).
//!
//! PostgreSQL itself ends a statement that takes too long. A listing that waited for its connection
//! has less time left for its statement, so each listing sets `statement_timeout` to the remaining
//! time. If the server does not answer soon after that, the connection is closed.

use super::connection::{Connection, Pool};
use crate::listing::DEADLINE;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long the server may take to report that it ended a statement at the deadline.
const CANCEL_MARGIN: Duration = Duration::from_millis(250);

#[derive(Debug, Clone)]
pub(super) struct Listings(Pool);

impl Listings {
    pub(super) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }

    /// Lends a connection for one listing.
    pub(super) async fn acquire(&self) -> sqlx::Result<Connection> {
        let deadline = Instant::now() + DEADLINE;
        let acquired = timeout_at(
            deadline,
            self.0.acquire_for_listing(deadline + CANCEL_MARGIN),
        )
        .await;
        let mut connection = acquired.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let remaining = deadline.saturating_duration_since(Instant::now());
        // Zero would mean that there is no limit.
        let millis = remaining.as_millis().max(1);
        let limit = format!("SET statement_timeout = {millis}");
        connection.send(limit).await?;
        Ok(connection)
    }
}
