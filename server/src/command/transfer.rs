//! `voxum move FILE`: moves the data from the SQLite file of one machine to PostgreSQL, which
//! several machines share.

use super::pepper::must_fit;
use super::restore::usable;
use crate::serve::say;
use crate::settings::{Database, Settings};
use crate::telemetry;
use anyhow::{anyhow, bail};
use std::path::Path;
use storage::copy::{Held, move_to_postgres};

/// Runs the command.
///
/// # Errors
/// One line for the operator. Nothing was moved then, or the line reports that the outcome is
/// unknown.
pub async fn run(from: &Path, settings: Settings) -> anyhow::Result<()> {
    let Database::Postgres(url) = &settings.database else {
        bail!(
            "VOXUM_DATABASE_URL names no PostgreSQL database: set it to where {} shall go",
            from.display()
        );
    };
    must_fit(&settings, &usable(from).await?)?;
    telemetry::start(settings.log, settings.log_format);
    let moved = move_to_postgres(from, url).await;
    let Held { accounts, keys } = moved.map_err(|error| anyhow!("{error}"))?;
    say(&format!(
        "Moved to PostgreSQL: {keys} API keys in accounts: {accounts}. The file is now called {}.moved, so that no server \
         goes on with it by mistake; to go back, name it as before.",
        from.display()
    ));
    Ok(())
}
