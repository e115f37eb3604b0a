//! `voxum restore FILE`: restores a backup into an empty database, with every key paused until an
//! admin confirms it.

use super::pepper::must_fit;
use crate::serve::say;
use crate::settings::{Database, Settings};
use crate::telemetry;
use anyhow::{anyhow, bail};
use service::{Clock as _, SystemClock};
use std::path::Path;
use storage::copy::{Quarantined, restore_to_file, restore_to_postgres};
use storage::{Look, OpenError, Schema, SqliteStore};

/// Runs the command.
///
/// # Errors
/// One line for the operator. Nothing was restored then, or the line reports that the outcome is
/// unknown.
pub async fn run(from: &Path, settings: Settings) -> anyhow::Result<()> {
    let look = usable(from).await?;
    must_fit(&settings, &look)?;
    telemetry::start(settings.log, settings.log_format);
    let now = SystemClock.now();
    let Quarantined { keys } = match &settings.database {
        Database::File(database) => restore_to_file(from, database, now).await,
        Database::Postgres(url) => restore_to_postgres(from, url, now).await,
    }
    .map_err(|error| anyhow!("{error}"))?;
    say(&format!(
        "Restored from {}. API keys that are paused until somebody confirms them in the console, or by `voxum key resume`, \
         since one of them may have been revoked after the backup: {keys}. Everybody has to sign in again.",
        from.display()
    ));
    Ok(())
}

/// Checks all of a file that is to be restored or moved.
pub async fn usable(file: &Path) -> anyhow::Result<Look> {
    let path = file.display();
    let look = SqliteStore::look(file, true).await;
    let look = look.map_err(|error| match error {
        // A start of the server would not create the file that is missing here, so the hint of the
        // error does not apply. If there was a database here before, another error explains what
        // became of it.
        OpenError::Missing { .. } if !file.exists() => {
            anyhow!("there is no file {path}: correct the path")
        }
        error => anyhow!("{error}"),
    })?;
    if let Schema::Newer(version) = look.schema {
        bail!(
            "{path} has schema {version}, which this version does not know: use the newer version that made it"
        );
    }
    if let Some(what) = look.damage {
        bail!("{path} is damaged ({what}): use another backup");
    }
    Ok(look)
}
