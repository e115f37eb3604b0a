//! Inspection of a database without changing it.

use super::open::{DATABASE_IDENTITY, MIGRATOR, check_server, connect, require_writable};
use super::open_error::{OpenError, explain};
use crate::inspection::{
    Inspection, NEWEST_EVENT, PepperUse, SCHEMA_VERSION, Schema, ServerInspection,
};
use crate::ports::{installation, pepper, verdict};
use service::Clock;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection as _, PgConnection};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Number of measurements. The fastest one is the latency of the network; the others include delays
/// on the way.
const MEASUREMENTS: usize = 7;

/// Inspects the database at `url` without changing anything. The server's clock is compared
/// with `clock`.
///
/// # Errors
/// The database is not ours, or cannot be reached.
pub async fn inspect(url: &str, clock: &dyn Clock) -> Result<Inspection, OpenError> {
    let (options, database, mut connection) = connect(url).await?;
    check_server(&mut connection, &database).await?;
    require_writable(&mut connection, &database).await?;
    let to_open_error = |error| explain(error, &database);
    let read_only = sqlx::query("SET default_transaction_read_only = on");
    read_only
        .execute(&mut connection)
        .await
        .map_err(to_open_error)?;
    let (is_ours, has_tables): (bool, bool) = sqlx::query_as(DATABASE_IDENTITY)
        .fetch_one(&mut connection)
        .await
        .map_err(to_open_error)?;
    if has_tables && !is_ours {
        return Err(OpenError::Foreign { database });
    }
    let inspection = read(&mut connection, &options, is_ours, clock);
    let inspection = inspection.await.map_err(to_open_error)?;
    connection.close().await.map_err(to_open_error)?;
    Ok(inspection)
}

async fn read(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    is_ours: bool,
    clock: &dyn Clock,
) -> sqlx::Result<Inspection> {
    let mut schema_version: Option<i64> = None;
    let (mut pepper_fingerprint, mut has_keys, mut newest_event) = (None, false, None);
    if is_ours {
        schema_version = sqlx::query_scalar(SCHEMA_VERSION)
            .fetch_one(&mut *connection)
            .await?;
        pepper_fingerprint = sqlx::query_scalar(installation::PEPPER_FINGERPRINT)
            .fetch_one(&mut *connection)
            .await?;
        has_keys = sqlx::query_scalar(installation::HAS_KEYS)
            .fetch_one(&mut *connection)
            .await?;
        newest_event = sqlx::query_scalar(NEWEST_EVENT)
            .fetch_one(&mut *connection)
            .await?;
    }
    let schema = Schema::of(schema_version, &MIGRATOR);
    let mut nodes = None;
    let mut pepper_uses: Vec<(String, i64, i64, i64)> = Vec::new();
    if let Schema::Current(_) = schema {
        pepper_uses = sqlx::query_as(pepper::LIST_USES)
            .bind(clock.now().millis())
            .fetch_all(&mut *connection)
            .await?;
        nodes = sqlx::query_scalar(verdict::LIVE_NODES)
            .fetch_one(&mut *connection)
            .await?;
    }
    let sql =
        "SELECT current_setting('server_version'), current_setting('max_connections')::bigint,
        coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)";
    let (version, max_connections, encrypted): (String, i64, bool) =
        sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    let host = options.get_host();
    let address: Option<IpAddr> = host.parse().ok();
    let (latency, clock_ahead) = compare(connection, clock).await?;
    Ok(Inspection {
        version,
        schema,
        damage: None,
        pepper_fingerprint,
        pepper_uses: pepper_uses.into_iter().map(PepperUse::from).collect(),
        has_keys,
        newest_event,
        server: Some(ServerInspection {
            latency,
            clock_ahead,
            max_connections,
            nodes,
            is_local: options.get_socket().is_some()
                || host == "localhost"
                || address.is_some_and(|address| address.is_loopback()),
            encrypted,
            is_verified: encrypted && matches!(options.get_ssl_mode(), PgSslMode::VerifyFull),
        }),
    })
}

/// Returns the latency, and by how many milliseconds the server's clock is ahead.
async fn compare(
    connection: &mut PgConnection,
    clock: &dyn Clock,
) -> sqlx::Result<(Duration, i64)> {
    let mut best: Option<(Duration, i64)> = None;
    for _ in 0..MEASUREMENTS {
        let start = Instant::now();
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        let server_time: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
        let round_trip = start.elapsed();
        // The server read its clock about half-way through the round trip.
        let local_time = clock.now().millis().saturating_sub(millis(round_trip) / 2);
        if best.is_none_or(|(fastest, _)| round_trip < fastest) {
            best = Some((round_trip, server_time.saturating_sub(local_time)));
        }
    }
    Ok(best.unwrap_or_default())
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
