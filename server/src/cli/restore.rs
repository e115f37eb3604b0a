//! `voxum restore FILE`: restores a backup into an empty database, with every key paused until an
//! admin confirms it.

use super::output::print_line;
use super::pepper::check_pepper;
use crate::settings::{Database, Settings};
use anyhow::{anyhow, bail};
use service::{Clock as _, SystemClock};
use std::path::Path;
use storage::copy::{QuarantineSummary, restore_to_file, restore_to_postgres};
use storage::{Inspection, Schema, sqlite};
use web::telemetry;

/// Runs the command.
///
/// # Errors
/// One line for the operator. Nothing was restored then, or the line reports that the outcome is
/// unknown.
pub async fn run(from: &Path, settings: Settings) -> anyhow::Result<()> {
    let inspection = check_file(from).await?;
    check_pepper(&settings, &inspection)?;
    telemetry::start(settings.log, settings.log_format);
    let now = SystemClock.now();
    let QuarantineSummary { keys } = match &settings.database {
        Database::File(database) => restore_to_file(from, database, now).await,
        Database::Postgres(url) => restore_to_postgres(from, url, now).await,
    }
    .map_err(|error| anyhow!("{error}"))?;
    print_line(&format!(
        "Restored from {}. API keys on hold: {keys}. Any of them may have been revoked after the backup, so each is paused until \
         an admin confirms it in the console, or the operator by `voxum key resume`. All members have to sign in again.",
        from.display()
    ));
    Ok(())
}

/// Checks all of a file that is to be restored or moved.
pub async fn check_file(file: &Path) -> anyhow::Result<Inspection> {
    let path = file.display();
    let inspection = sqlite::inspect(file, true).await;
    let inspection = inspection.map_err(|error| match error {
        // A start of the server would not create the file that is missing here, so the hint of the
        // error does not apply. If there was a database here before, another error explains what
        // became of it.
        sqlite::OpenError::Missing { .. } if !file.exists() => {
            anyhow!("the file {path} does not exist: correct the path")
        }
        error => anyhow!("{error}"),
    })?;
    if let Schema::Newer(version) = inspection.schema {
        bail!(
            "{path} has schema {version}, which is newer than this program: use the version of voxum that wrote it"
        );
    }
    if let Some(damage) = inspection.damage {
        bail!("{path} is damaged ({damage}): use another backup");
    }
    Ok(inspection)
}
