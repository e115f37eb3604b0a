//! The connections, each with the limits that its promise needs.

use super::connection::Pool;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

/// How long a call waits for a connection, which may have to be made. A server that hangs takes this and a statement's
/// limit from a caller at most.
const ACQUIRE: Duration = Duration::from_secs(2);

/// What the server itself ends: statements, waits for locks, and transactions of a node that went silent, so that its
/// locks are free again. The limit on statements is above the one on waits, so that a wait is told as what it is.
const LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "4500ms"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "5s"),
];

/// Of what nodes tell each other, which is late after a second.
const PULSE: [(&str, &str); 3] = [
    ("synchronous_commit", "off"),
    ("statement_timeout", "900ms"),
    ("lock_timeout", "800ms"),
];

/// Changes of this many accounts can be under way at once on one node, and wait on each other's accounts.
pub(super) fn writer(options: &PgConnectOptions) -> Pool {
    pool(6, options.clone().options(LIMITS))
}

pub(super) fn relaxed(options: &PgConnectOptions) -> Pool {
    let own = [("synchronous_commit", "off"), ("lock_timeout", "500ms")];
    pool(1, options.clone().options(LIMITS).options(own))
}

/// One that looks, and two that write. Nothing here is missed where it is lost with the power.
pub(super) fn pulse(options: &PgConnectOptions) -> Pool {
    pool(3, options.clone().options(PULSE))
}

pub(super) fn readers(options: &PgConnectOptions) -> Pool {
    let own = [("default_transaction_read_only", "on")];
    pool(4, options.clone().options(LIMITS).options(own))
}

/// Connections that read who asks, a row each time.
pub(super) fn door(options: &PgConnectOptions) -> Pool {
    let own = [("default_transaction_read_only", "on")];
    pool(2, options.clone().options(LIMITS).options(own))
}

fn pool(size: u32, options: PgConnectOptions) -> Pool {
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE)
        // A connection may have ended since it was last used; nobody is to be refused for that.
        .test_before_acquire(true)
        .connect_lazy_with(options);
    Pool::new(pool)
}
