//! Inspection of a database without changing it.

use super::open::{MIGRATOR, OURS, check_server, connect, must_take_changes};
use super::open_error::{OpenError, explain};
use crate::inspection::{Inspection, NEWEST_EVENT, PepperUse, Schema, ServerInspection, VERSION};
use crate::ports::{installation, pepper, verdict};
use service::Clock;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection as _, PgConnection};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Number of measurements. The fastest one is the latency of the network; the others include delays
/// on the way.
const ANSWERS: usize = 7;

/// Inspects the database at `url` without changing anything. The server's clock is compared
/// with `clock`.
///
/// # Errors
/// The database is not ours, or cannot be reached.
pub async fn inspect(url: &str, clock: &dyn Clock) -> Result<Inspection, OpenError> {
    let (options, place, mut connection) = connect(url).await?;
    check_server(&mut connection, &place).await?;
    must_take_changes(&mut connection, &place).await?;
    let failed = |error| explain(error, &place);
    let read_only = sqlx::query("SET default_transaction_read_only = on");
    read_only.execute(&mut connection).await.map_err(failed)?;
    let (ours, tables): (bool, bool) = sqlx::query_as(OURS)
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    if tables && !ours {
        return Err(OpenError::Foreign { place });
    }
    let inspection = read(&mut connection, &options, ours, clock);
    let inspection = inspection.await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    Ok(inspection)
}

async fn read(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    ours: bool,
    clock: &dyn Clock,
) -> sqlx::Result<Inspection> {
    let mut found: Option<i64> = None;
    let (mut pepper_fingerprint, mut has_keys, mut newest_event) = (None, false, None);
    if ours {
        found = sqlx::query_scalar(VERSION)
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
    let schema = Schema::of(found, &MIGRATOR);
    let mut nodes = None;
    let mut uses: Vec<(String, i64, i64, i64)> = Vec::new();
    if let Schema::Current(_) = schema {
        uses = sqlx::query_as(pepper::USES)
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
    let (version, connections, encrypted): (String, i64, bool) =
        sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    let host = options.get_host();
    let address: Option<IpAddr> = host.parse().ok();
    let (latency, clock_ahead) = compare(connection, clock).await?;
    Ok(Inspection {
        version,
        schema,
        damage: None,
        pepper_fingerprint,
        pepper_uses: uses.into_iter().map(PepperUse::from).collect(),
        has_keys,
        newest_event,
        server: Some(ServerInspection {
            latency,
            clock_ahead,
            connections,
            nodes,
            near: options.get_socket().is_some()
                || host == "localhost"
                || address.is_some_and(|address| address.is_loopback()),
            encrypted,
            checked: encrypted && matches!(options.get_ssl_mode(), PgSslMode::VerifyFull),
        }),
    })
}

/// Returns the latency, and by how many milliseconds the server's clock is ahead.
async fn compare(
    connection: &mut PgConnection,
    clock: &dyn Clock,
) -> sqlx::Result<(Duration, i64)> {
    let mut best: Option<(Duration, i64)> = None;
    for _ in 0..ANSWERS {
        let began = Instant::now();
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        let theirs: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
        let took = began.elapsed();
        // The server read its clock about half-way through the round trip.
        let ours = clock.now().millis().saturating_sub(millis(took) / 2);
        if best.is_none_or(|(fastest, _)| took < fastest) {
            best = Some((took, theirs.saturating_sub(ours)));
        }
    }
    Ok(best.unwrap_or_default())
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
