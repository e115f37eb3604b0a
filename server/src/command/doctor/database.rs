//! Checks the database, and this machine's clock against it.

use super::report::Report;
use crate::settings::Database;
use service::Clock;
use std::path::Path;
use storage::{Look, OpenError, PostgresStore, Schema, ServerLook, SqliteStore};

const ABOUT: &str = "database";

/// Latency above which each change and each new key waits noticeably for the database server.
const SLOW_MILLIS: u128 = 20;
/// Connections that one node may open, with a few in reserve for the administrator of the database
/// server.
const CONNECTIONS: i64 = 23;
/// Clock differences, in milliseconds, from which times in the console look odd, and from which
/// sessions and expiries of keys are wrong.
const APART: (i64, i64) = (1_000, 30_000);
/// Lower bound of the current time, since this program is not older than 2026-01-01.
const OLDEST: i64 = 1_767_225_600_000;

/// Result of the check of the database.
pub enum Found {
    Look(Look),
    /// There is no database yet, so nothing depends on its content.
    Nothing,
    /// The database cannot be read, which has been reported.
    Unknown,
}

pub async fn check(report: &mut Report, database: &Database, clock: &dyn Clock) -> Found {
    let found = match database {
        Database::File(path) => match SqliteStore::look(path, true).await {
            Ok(look) => Ok(look),
            Err(OpenError::Missing { path }) => {
                let text = format!(
                    "there is none at {} yet: the first start makes it",
                    path.display()
                );
                report.look(ABOUT, &text);
                return Found::Nothing;
            }
            Err(error) => Err(error.to_string()),
        },
        Database::Postgres(url) => {
            let look = PostgresStore::look(url, clock).await;
            look.map_err(|error| error.to_string())
        }
    };
    match found {
        Ok(look) => {
            tell(report, database, &look);
            Found::Look(look)
        }
        Err(line) => {
            report.wrong(ABOUT, &line);
            Found::Unknown
        }
    }
}

fn tell(report: &mut Report, database: &Database, look: &Look) {
    let version = &look.version;
    match &look.server {
        None if SqliteStore::library_will_do(version) => {
            report.well(ABOUT, &format!("SQLite {version}, built in"));
        }
        None => report.wrong(
            ABOUT,
            &format!("SQLite {version} is too old: it can lose data; use a newer build"),
        ),
        Some(server) => tell_of_server(report, version, server),
    }
    match &look.damage {
        None => {
            if let Database::File(path) = database {
                let path = absolute(path);
                let text = format!("all of {path} was read, and none of it is damaged");
                report.well(ABOUT, &text);
            }
        }
        Some(what) => report.wrong(ABOUT, &format!("it is damaged ({what}): restore a backup")),
    }
    match look.schema {
        Schema::Current(version) => {
            report.well("schema", &format!("{version}, which is this version's"));
        }
        Schema::Older(version) => report.look(
            "schema",
            &format!("{version}: the next start brings it up to date; take a backup before"),
        ),
        Schema::Newer(version) => report.wrong(
            "schema",
            &format!(
                "{version}, which this version does not know: start the newer version that made it"
            ),
        ),
        Schema::None => report.look("schema", "the database is empty: the first start fills it"),
    }
}

fn tell_of_server(report: &mut Report, version: &str, server: &ServerLook) {
    let micros = server.latency.as_micros();
    let text = format!(
        "PostgreSQL {version} answers in {}.{} ms",
        micros / 1_000,
        micros % 1_000 / 100
    );
    if server.latency.as_millis() < SLOW_MILLIS {
        report.well(ABOUT, &text);
    } else {
        report.look(ABOUT, &format!("{text}: bring it nearer to this machine"));
    }
    if server.connections < CONNECTIONS {
        let text = format!(
            "it takes {} connections, and each node opens up to 20: raise max_connections",
            server.connections
        );
        report.look(ABOUT, &text);
    }
    tell_of_way(report, server);
    let ahead = server.clock_ahead;
    let text = format!(
        "PostgreSQL's is {} ms {} this machine's",
        ahead.abs(),
        if ahead < 0 { "behind" } else { "ahead of" }
    );
    let (look, wrong) = APART;
    match ahead.abs() {
        apart if apart >= wrong => report.wrong("clock", &format!("{text}: set both by NTP")),
        apart if apart >= look => report.look("clock", &format!("{text}: set both by NTP")),
        _ => report.well("clock", &text),
    }
}

/// Reports whether third parties can read or change the traffic with the database server.
fn tell_of_way(report: &mut Report, server: &ServerLook) {
    const SAY: &str = "add sslmode=verify-full to the database URL, and sslrootcert where its certificate is of your own making";
    match server {
        ServerLook { checked: true, .. } => report.well(
            ABOUT,
            "the way to it is encrypted, and its certificate was checked",
        ),
        ServerLook { near: true, .. } => {
            report.well(ABOUT, "it is on this machine: nobody stands in between");
        }
        ServerLook {
            encrypted: true, ..
        } => report.look(
            ABOUT,
            &format!("the way to it is encrypted, but nobody checks who is at its end: {SAY}"),
        ),
        _ => report.look(ABOUT, &format!("the way to it is not encrypted: {SAY}")),
    }
}

/// Returns the path in a form that is the same in every working directory.
pub fn absolute(path: &Path) -> String {
    let whole = std::path::absolute(path);
    whole.as_deref().unwrap_or(path).display().to_string()
}

pub fn check_clock(report: &mut Report, found: &Found, clock: &dyn Clock) {
    let now = clock.now().millis();
    let newest = match found {
        Found::Look(look) => look.newest_event,
        Found::Nothing | Found::Unknown => None,
    };
    let recorded = newest.is_some();
    let newest = newest.unwrap_or(0);
    let (_, wrong) = APART;
    if now < OLDEST {
        report.wrong(
            "clock",
            "it is years behind: keys that expired would work again; set it by NTP",
        );
    } else if now.saturating_add(wrong) < newest {
        let text = format!(
            "it is {} s behind what was last recorded, and keys that expired would work again; set it by NTP",
            (newest - now) / 1_000
        );
        report.wrong("clock", &text);
    } else if recorded {
        report.well("clock", "it is not behind anything that was recorded");
    } else if matches!(found, Found::Unknown) {
        report.look(
            "clock",
            "it may be right; what was last recorded cannot be read to compare it with",
        );
    } else {
        report.well(
            "clock",
            "it may be right; nothing was recorded yet to compare it with",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_way_on_which_others_may_stand_is_worth_a_look() {
        for (near, encrypted, checked, well) in [
            (true, false, false, true),
            (false, true, true, true),
            (false, true, false, false),
            (false, false, false, false),
        ] {
            let mut report = Report::default();
            let server = ServerLook {
                latency: Duration::ZERO,
                clock_ahead: 0,
                connections: 100,
                nodes: None,
                near,
                encrypted,
                checked,
            };
            tell_of_way(&mut report, &server);
            assert_eq!(report.look == 0, well, "{server:?}");
        }
    }
}
