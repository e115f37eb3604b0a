//! The connections, each with the limits that its promise needs.

use super::connection::{PING, Pool};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};
use std::time::Duration;
use tokio::time::timeout;

/// How long a call waits for a connection, which may have to be made. A server that hangs takes this and a statement's
/// limit from a caller at most.
const ACQUIRE: Duration = Duration::from_secs(2);

/// How long the question who asks may take in all: many times what a row by its index takes on a server that is slow, and
/// short enough that a caller is told within two seconds that nobody can know, and let in within two seconds after the
/// server is back, however many calls hang on connections that lead nowhere.
const DOOR: Duration = Duration::from_millis(1_500);

/// What the server itself ends: statements, waits for locks, and transactions of a node that went silent, so that its
/// locks are free again while others still wait for them. The limit on statements is above the one on waits, so that a wait
/// is told as what it is.
const LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "4500ms"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "3s"),
];

/// Below [`DOOR`], so that a server that is slow costs no connection.
const AT_THE_DOOR: [(&str, &str); 3] = [
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "1300ms"),
    ("lock_timeout", "1200ms"),
];

/// Of what nodes tell each other, which is late after a second.
const PULSE: [(&str, &str); 3] = [
    ("synchronous_commit", "off"),
    ("statement_timeout", "900ms"),
    ("lock_timeout", "800ms"),
];

/// Changes of this many accounts can be under way at once on one node, and wait on each other's accounts.
pub(super) fn writer(options: &PgConnectOptions) -> Pool {
    pool(6, options.clone().options(LIMITS), None)
}

pub(super) fn relaxed(options: &PgConnectOptions) -> Pool {
    // Whose keys were used lately must not keep them from being revoked.
    let own = [
        ("synchronous_commit", "off"),
        ("lock_timeout", "500ms"),
        ("idle_in_transaction_session_timeout", "1s"),
    ];
    pool(1, options.clone().options(LIMITS).options(own), None)
}

/// One that looks, and two that write. Little here is missed where it is lost with the power; what would be is committed
/// for good (`begin_lasting`).
pub(super) fn pulse(options: &PgConnectOptions) -> Pool {
    pool(3, options.clone().options(PULSE), None)
}

pub(super) fn readers(options: &PgConnectOptions) -> Pool {
    let own = [("default_transaction_read_only", "on")];
    pool(4, options.clone().options(LIMITS).options(own), None)
}

/// Connections that read who asks, a row each time.
pub(super) fn door(options: &PgConnectOptions) -> Pool {
    pool(2, options.clone().options(AT_THE_DOOR), Some(DOOR))
}

fn pool(size: u32, options: PgConnectOptions, in_all: Option<Duration>) -> Pool {
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(in_all.unwrap_or(ACQUIRE))
        // A connection may have ended since it was last used; nobody is to be refused for that. sqlx asks, too, and waits
        // for the answer as long as there is time.
        .test_before_acquire(false)
        .before_acquire(|connection, _| {
            Box::pin(
                async move { Ok(matches!(timeout(PING, connection.ping()).await, Ok(Ok(())))) },
            )
        })
        .connect_lazy_with(options);
    Pool::new(pool, in_all)
}
