//! Reports whether servers run on the database. Neither case is a fault.

use super::database::DatabaseState;
use super::report::Report;
use crate::settings::Database;
use storage::sqlite;

const SUBJECT: &str = "server";
const NOT_RUNNING: &str = "no server is running on this database";

pub fn check(report: &mut Report, database: &Database, state: &DatabaseState) {
    match (database, state) {
        (Database::File(path), DatabaseState::Inspection(_)) => match sqlite::is_in_use(path) {
            Ok(true) => report.ok(SUBJECT, "a server is running on this database"),
            Ok(false) => report.ok(SUBJECT, NOT_RUNNING),
            Err(error) => {
                let text = format!("it is unknown whether a server is running: {error}");
                report.warning(SUBJECT, &text);
            }
        },
        (Database::File(_), DatabaseState::Missing) => report.ok(SUBJECT, NOT_RUNNING),
        (Database::Postgres(_), DatabaseState::Inspection(inspection)) => {
            let nodes = inspection.server.as_ref().and_then(|server| server.nodes);
            match nodes {
                Some(0) => report.ok(SUBJECT, NOT_RUNNING),
                // Only another node would detect that this one is dead.
                Some(1) => report.ok(
                    SUBJECT,
                    "1 node is running on this database, or was killed: only another node would notice",
                ),
                Some(nodes) => {
                    let text = format!("{nodes} nodes are running on this database");
                    report.ok(SUBJECT, &text);
                }
                // An older schema does not record nodes; the check of the schema has reported this.
                None => {}
            }
        }
        // The database cannot be read, which has been reported.
        (_, DatabaseState::Missing | DatabaseState::Unknown) => {}
    }
}
