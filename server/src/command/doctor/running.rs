//! Reports whether a server runs on the database. Neither case is a fault.

use super::database::Found;
use super::report::Report;
use crate::operator;
use crate::settings::Database;

const ABOUT: &str = "server";
const NONE: &str = "none is running on this database";

pub async fn check(report: &mut Report, database: &Database, found: &Found) {
    match (database, found) {
        (Database::File(path), _) => match operator::listens(path).await {
            Ok(true) => report.well(ABOUT, "one is running on this database, and takes commands"),
            Ok(false) => {
                let text = format!("{NONE}: nobody listens at the socket beside it");
                report.well(ABOUT, &text);
            }
            Err(error) => {
                let text =
                    format!("whether one is running on this database cannot be told: {error}");
                report.look(ABOUT, &text);
            }
        },
        (Database::Postgres(_), Found::Look(look)) => {
            let nodes = look.server.as_ref().and_then(|server| server.nodes);
            match nodes {
                Some(0) => report.well(ABOUT, NONE),
                // Only another node would detect that this one is dead.
                Some(1) => report.well(
                    ABOUT,
                    "1 node is running on this database, unless it was killed: only another one would notice",
                ),
                Some(nodes) => {
                    let text = format!("{nodes} nodes are running on this database");
                    report.well(ABOUT, &text);
                }
                // An older schema does not record nodes; the check of the schema has reported this.
                None => {}
            }
        }
        // The database cannot be read, which has been reported.
        (Database::Postgres(_), Found::Nothing | Found::Unknown) => {}
    }
}
