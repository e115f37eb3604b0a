//! Connection pools, each with the limits that its guarantee needs.

use super::connection::{PING_TIMEOUT, Pool};
use super::listings::Listings;
use crate::listing;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Row as _};
use std::time::Duration;
use tokio::time::timeout;

/// How long a call waits for a connection, including the time to establish it. A hung server costs
/// a caller at most this time and the limit of one statement.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// Total time for authentication.
///
/// It is many times what a look-up by an index takes on a slow server, but short enough that a
/// caller gets its 503 within two seconds, and is accepted within two seconds after the server is
/// back, regardless of how many calls hang on dead connections.
const AUTHENTICATION_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Limits that the server enforces: on statements, on waits for locks, and on idle transactions of
/// a node that went silent, so that its locks are released while others still wait for them.
///
/// The limit on statements is above the limit on waits, so that a wait is reported as such.
const LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "4500ms"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "3s"),
];

/// Below [`AUTHENTICATION_TIMEOUT`], so that a slow server costs no connection.
const AUTHENTICATION_LIMITS: [(&str, &str); 3] = [
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "1300ms"),
    ("lock_timeout", "1200ms"),
];

/// Limits on reports between nodes, which are late after one second.
const COORDINATION_LIMITS: [(&str, &str); 3] = [
    ("synchronous_commit", "off"),
    ("statement_timeout", "900ms"),
    ("lock_timeout", "800ms"),
];

/// Connections for changes. Their number is also that of the concurrent changes on one node,
/// including those that wait for an account's lock.
pub(super) fn writer(options: &PgConnectOptions) -> Pool {
    pool(6, options.clone().options(LIMITS), None, Purpose::Changes)
}

/// One connection for writes that a failure of the database's machine may lose.
pub(super) fn non_durable(options: &PgConnectOptions) -> Pool {
    // A key that was used recently must not be harder to revoke.
    let own_options = [
        ("synchronous_commit", "off"),
        ("lock_timeout", "500ms"),
        ("idle_in_transaction_session_timeout", "1s"),
    ];
    let options = options.clone().options(LIMITS).options(own_options);
    pool(1, options, None, Purpose::Changes)
}

/// One connection that reads and two that write. Most of these writes may be lost in a power cut;
/// the others are committed durably (`begin_durable_coordination`).
pub(super) fn coordination(options: &PgConnectOptions) -> Pool {
    let options = options.clone().options(COORDINATION_LIMITS);
    pool(3, options, None, Purpose::Changes)
}

/// Connections for reads of a few rows by an index.
pub(super) fn readers(options: &PgConnectOptions) -> Pool {
    let own_options = [("default_transaction_read_only", "on")];
    let options = options.clone().options(LIMITS).options(own_options);
    pool(3, options, None, Purpose::Reads)
}

/// Connections for reads that end at a deadline. Each listing sets the limit of its own statements;
/// the limit here is for a connection on which that has not happened yet.
///
/// A listing walks an index in its own order and stops after a page. While the statistics of a
/// table are older than a large import, PostgreSQL assumes that few rows match, and prefers to
/// collect all of them by a bitmap and to sort them. It also prefers walking the rows of all
/// accounts in the order of the table to walking those of one account by an index that jumps around
/// the table. So plans are costed by the rows that they read, and not by pages.
pub(super) fn listings(options: &PgConnectOptions) -> Listings {
    let own_options = [
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "1s"),
        ("enable_bitmapscan", "off"),
        ("seq_page_cost", "0"),
        ("random_page_cost", "0"),
    ];
    let options = options.clone().options(LIMITS).options(own_options);
    let total_time = Some(listing::DEADLINE);
    Listings::new(pool(
        listing::CONNECTIONS,
        options,
        total_time,
        Purpose::Reads,
    ))
}

/// Connections for authentication, which reads one row each time.
pub(super) fn authentication(options: &PgConnectOptions) -> Pool {
    let options = options.clone().options(AUTHENTICATION_LIMITS);
    pool(2, options, Some(AUTHENTICATION_TIMEOUT), Purpose::Reads)
}

/// Purpose of the connections of a pool.
#[derive(Clone, Copy)]
enum Purpose {
    Reads,
    Changes,
}

fn pool(
    size: u32,
    options: PgConnectOptions,
    total_time: Option<Duration>,
    purpose: Purpose,
) -> Pool {
    // If no packet arrives on any connection of the pool, a single call has to notice that on all
    // of them and still have time for a new connection.
    let ping = total_time.map_or(PING_TIMEOUT, |total_time| {
        PING_TIMEOUT.min(total_time / (size + 1))
    });
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(total_time.unwrap_or(ACQUIRE_TIMEOUT))
        .after_connect(|connection, _| Box::pin(refuse_standby(connection)))
        // A connection may have ended since its last use, which must not fail a call. sqlx's own
        // test waits for an answer without a limit, so it is replaced by the one below.
        .test_before_acquire(false)
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                let is_usable = timeout(ping, is_usable(connection, purpose)).await;
                Ok(matches!(is_usable, Ok(Ok(true))))
            })
        })
        .connect_lazy_with(options);
    Pool::new(pool, total_time)
}

/// Returns whether an idle connection answers and can do what its pool is for.
///
/// A session keeps the database settings with which it began. If an operator makes a database
/// read-only by `ALTER DATABASE` and reverts that, only new sessions take changes again. So a
/// read-only session is replaced by a new one.
async fn is_usable(connection: &mut PgConnection, purpose: Purpose) -> sqlx::Result<bool> {
    match purpose {
        Purpose::Reads => connection.ping().await.map(|()| true),
        Purpose::Changes => {
            let row = connection.fetch_one("SHOW transaction_read_only").await?;
            Ok(row.try_get::<&str, _>(0)? == "off")
        }
    }
}

/// Ends a connection to a standby before anything is read from it.
///
/// A standby can lag behind its primary and still contain a key that was revoked there. A server
/// becomes a standby only by a restart, which ends its connections, so a connection that passed
/// this check never leads to a standby later. Once the standby is promoted, new connections pass.
async fn refuse_standby(connection: &mut PgConnection) -> sqlx::Result<()> {
    let timed_out = |_| sqlx::Error::PoolTimedOut;
    let answer = timeout(
        PING_TIMEOUT,
        connection.fetch_one("SELECT pg_is_in_recovery()"),
    )
    .await;
    if answer.map_err(timed_out)??.try_get(0)? {
        let reason = "the server is a standby, which only follows another server";
        return Err(sqlx::Error::Protocol(reason.to_owned()));
    }
    Ok(())
}
