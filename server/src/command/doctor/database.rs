//! The database, and what has to fit it: the pepper and the clock.

use super::report::Report;
use crate::pepper_file;
use crate::settings::Database;
use service::{Clock, Pepper};
use std::path::Path;
use storage::{Look, OpenError, PostgresStore, Schema, ServerLook, SqliteStore};

const ABOUT: &str = "database";

/// Above this, each change and each new key waits noticeably for the way to the server.
const SLOW_MILLIS: u128 = 20;
/// What one node may open, with a few to spare for whoever looks after the server.
const CONNECTIONS: i64 = 20;
/// How far two clocks may be apart before times in the console look odd, and before sessions and ends of keys are.
const APART: (i64, i64) = (1_000, 30_000);
/// This program is not older than this: 2026-01-01.
const OLDEST: i64 = 1_767_225_600_000;

/// What was found, where there is a database of ours.
pub async fn check(report: &mut Report, database: &Database, clock: &dyn Clock) -> Option<Look> {
    let found = match database {
        Database::File(path) => match SqliteStore::look(path, true).await {
            Ok(look) => Ok(look),
            Err(OpenError::Missing { path }) => {
                let text = format!(
                    "there is none at {} yet: the first start makes it",
                    path.display()
                );
                report.look(ABOUT, &text);
                return None;
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
            tell(report, &look);
            Some(look)
        }
        Err(line) => {
            report.wrong(ABOUT, &line);
            None
        }
    }
}

fn tell(report: &mut Report, look: &Look) {
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
        None if look.server.is_none() => {
            report.well(ABOUT, "all of it was read, and none of it is damaged");
        }
        None => {}
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
            "it takes {} connections, and each node opens up to 17: raise max_connections",
            server.connections
        );
        report.look(ABOUT, &text);
    }
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

pub fn check_clock(report: &mut Report, found: Option<&Look>, clock: &dyn Clock) {
    let now = clock.now().millis();
    let newest = found.and_then(|look| look.newest_event).unwrap_or(0);
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
    } else {
        report.well("clock", "it is not behind anything that was recorded");
    }
}

pub fn check_pepper(
    report: &mut Report,
    database: &Database,
    given: Option<&Pepper>,
    found: Option<&Look>,
) {
    const ABOUT: &str = "pepper";
    let has_keys = found.is_some_and(|look| look.has_keys);
    let read;
    let (pepper, whence) = match (given, database) {
        (Some(pepper), _) => (Some(pepper), "VOXUM_PEPPER".to_owned()),
        (None, Database::File(path)) => {
            read = match pepper_file::read(path) {
                Ok(read) => read,
                Err(error) => return report.wrong(ABOUT, &format!("{error:#}")),
            };
            let file = pepper_file::beside(path);
            if read.is_some() {
                check_mode(report, &file);
            }
            (read.as_ref(), file.display().to_string())
        }
        (None, Database::Postgres(_)) => {
            return report.wrong(
                ABOUT,
                "VOXUM_PEPPER is not set: with PostgreSQL every node is given the same one",
            );
        }
    };
    let stored = found.and_then(|look| look.pepper_fingerprint.as_ref());
    match pepper {
        None if has_keys => report.wrong(
            ABOUT,
            &format!("{whence} is missing, and no stored key works without it: restore it"),
        ),
        None => report.look(
            ABOUT,
            &format!("there is none at {whence} yet: the first start makes it"),
        ),
        Some(pepper) if stored == Some(&pepper.fingerprint()) => {
            report.well(
                ABOUT,
                &format!("{whence} is the one that the stored keys were made with"),
            );
        }
        Some(_) if has_keys => report.wrong(
            ABOUT,
            &format!("{whence} is not the one that the stored keys were made with: restore that"),
        ),
        Some(_) => report.well(
            ABOUT,
            &format!("{whence} is given, and no key was made yet"),
        ),
    }
}

/// Whether anybody but its owner may read a secret file.
fn check_mode(report: &mut Report, file: &Path) {
    if let Some(mode) = super::place::open_to_others(file) {
        let text = format!(
            "{} has mode {mode:o}: others than its owner may read it; chmod 600",
            file.display()
        );
        report.wrong("pepper", &text);
    }
}
