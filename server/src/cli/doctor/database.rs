//! Checks the database, and this machine's clock against it.

use super::report::Report;
use crate::settings::Database;
use service::Clock;
use std::path::Path;
use storage::{Inspection, Schema, ServerInspection, postgres, sqlite};

const SUBJECT: &str = "database";

/// Latency above which each change and each new key waits noticeably for the database server.
const SLOW_MILLIS: u128 = 20;
/// Connections that one node may open, with a few in reserve for the administrator of the database
/// server.
const MIN_CONNECTIONS: i64 = 23;
/// Clock differences, in milliseconds, from which times in the console look odd, and from which
/// sessions and expiries of keys are wrong.
const CLOCK_TOLERANCE_MILLIS: (i64, i64) = (1_000, 30_000);
/// Lower bound of the current time, since this program is not older than 2026-01-01.
const EARLIEST_CLOCK_MILLIS: i64 = 1_767_225_600_000;

/// Result of the check of the database.
pub enum DatabaseState {
    Inspection(Inspection),
    /// There is no database yet, so nothing depends on its content.
    Missing,
    /// The database cannot be read, which has been reported.
    Unknown,
}

pub async fn check(report: &mut Report, database: &Database, clock: &dyn Clock) -> DatabaseState {
    let state = match database {
        Database::File(path) => match sqlite::inspect(path, true).await {
            Ok(inspection) => Ok(inspection),
            Err(sqlite::OpenError::Missing { path }) => {
                let text = format!(
                    "there is no database at {} yet: the first start creates it",
                    path.display()
                );
                report.warning(SUBJECT, &text);
                return DatabaseState::Missing;
            }
            Err(error) => Err(error.to_string()),
        },
        Database::Postgres(url) => {
            let inspection = postgres::inspect(url, clock).await;
            inspection.map_err(|error| error.to_string())
        }
    };
    match state {
        Ok(inspection) => {
            report_database(report, database, &inspection);
            DatabaseState::Inspection(inspection)
        }
        Err(line) => {
            report.error(SUBJECT, &line);
            DatabaseState::Unknown
        }
    }
}

fn report_database(report: &mut Report, database: &Database, inspection: &Inspection) {
    let version = &inspection.version;
    match &inspection.server {
        None if sqlite::is_safe_version(version) => {
            report.ok(SUBJECT, &format!("SQLite {version}, built in"));
        }
        None => report.error(
            SUBJECT,
            &format!("SQLite {version} is too old: it can lose data. Use a newer build"),
        ),
        Some(server) => report_server(report, version, server),
    }
    match &inspection.damage {
        None => {
            if let Database::File(path) = database {
                let path = absolute(path);
                let text = format!("{path} was read completely and is not damaged");
                report.ok(SUBJECT, &text);
            }
        }
        Some(damage) => report.error(
            SUBJECT,
            &format!("the database is damaged ({damage}): restore a backup"),
        ),
    }
    match inspection.schema {
        Schema::Current(version) => {
            report.ok("schema", &format!("version {version}, as this program needs it"));
        }
        Schema::Older(version) => report.warning(
            "schema",
            &format!("version {version}: the next start migrates it. Take a backup first"),
        ),
        Schema::Newer(version) => report.error(
            "schema",
            &format!(
                "version {version} is newer than this program: use the version of voxum that created it"
            ),
        ),
        Schema::None => report.warning("schema", "the database is empty: the first start creates the tables"),
    }
}

fn report_server(report: &mut Report, version: &str, server: &ServerInspection) {
    let micros = server.latency.as_micros();
    let text = format!(
        "PostgreSQL {version} answers in {}.{} ms",
        micros / 1_000,
        micros % 1_000 / 100
    );
    if server.latency.as_millis() < SLOW_MILLIS {
        report.ok(SUBJECT, &text);
    } else {
        report.warning(
            SUBJECT,
            &format!("{text}, which slows every change down: move it closer to this machine"),
        );
    }
    if server.max_connections < MIN_CONNECTIONS {
        let text = format!(
            "it accepts {} connections, and each node opens up to 20: raise max_connections",
            server.max_connections
        );
        report.warning(SUBJECT, &text);
    }
    report_connection(report, server);
    let ahead = server.clock_ahead;
    let text = format!(
        "the clock of PostgreSQL is {} ms {} this machine's",
        ahead.abs(),
        if ahead < 0 { "behind" } else { "ahead of" }
    );
    let (warning, error) = CLOCK_TOLERANCE_MILLIS;
    match ahead.abs() {
        difference if difference >= error => {
            report.error("clock", &format!("{text}: synchronise both with NTP"));
        }
        difference if difference >= warning => {
            report.warning("clock", &format!("{text}: synchronise both with NTP"));
        }
        _ => report.ok("clock", &text),
    }
}

/// Reports whether third parties can read or change the traffic with the database server.
fn report_connection(report: &mut Report, server: &ServerInspection) {
    const ADVICE: &str = "add sslmode=verify-full to the database URL, and sslrootcert if you issued its certificate yourself";
    match server {
        ServerInspection {
            is_verified: true, ..
        } => report.ok(
            SUBJECT,
            "the connection is encrypted, and the certificate is verified",
        ),
        ServerInspection { is_local: true, .. } => {
            report.ok(SUBJECT, "the connection stays on this machine");
        }
        ServerInspection {
            encrypted: true, ..
        } => report.warning(
            SUBJECT,
            &format!("the connection is encrypted, but the certificate is not verified: {ADVICE}"),
        ),
        _ => report.warning(
            SUBJECT,
            &format!("the connection is not encrypted: {ADVICE}"),
        ),
    }
}

/// Returns the path in a form that is the same in every working directory.
pub fn absolute(path: &Path) -> String {
    let absolute_path = std::path::absolute(path);
    absolute_path
        .as_deref()
        .unwrap_or(path)
        .display()
        .to_string()
}

pub fn check_clock(report: &mut Report, state: &DatabaseState, clock: &dyn Clock) {
    let now = clock.now().millis();
    let newest = match state {
        DatabaseState::Inspection(inspection) => inspection.newest_event,
        DatabaseState::Missing | DatabaseState::Unknown => None,
    };
    let has_event = newest.is_some();
    let newest = newest.unwrap_or(0);
    let (_, error) = CLOCK_TOLERANCE_MILLIS;
    if now < EARLIEST_CLOCK_MILLIS {
        report.error(
            "clock",
            "this machine's clock is years behind, so expired keys would work again: synchronise it with NTP",
        );
    } else if now.saturating_add(error) < newest {
        let text = format!(
            "this machine's clock is {} s behind the latest audit event, so expired keys would work again: synchronise it with NTP",
            (newest - now) / 1_000
        );
        report.error("clock", &text);
    } else if has_event {
        report.ok(
            "clock",
            "this machine's clock is not behind the latest audit event",
        );
    } else if matches!(state, DatabaseState::Unknown) {
        report.warning(
            "clock",
            "it cannot be compared with the latest audit event while the database cannot be read",
        );
    } else {
        report.ok(
            "clock",
            "it cannot be compared with an audit event, since there is none yet",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_connection_that_others_could_read_is_a_warning() {
        for (is_local, encrypted, is_verified, is_ok) in [
            (true, false, false, true),
            (false, true, true, true),
            (false, true, false, false),
            (false, false, false, false),
        ] {
            let mut report = Report::default();
            let server = ServerInspection {
                latency: Duration::ZERO,
                clock_ahead: 0,
                max_connections: 100,
                nodes: None,
                is_local,
                encrypted,
                is_verified,
            };
            report_connection(&mut report, &server);
            assert_eq!(report.warnings == 0, is_ok, "{server:?}");
        }
    }
}
