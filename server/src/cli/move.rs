//! `voxum move FILE`: moves the data from the SQLite file of one machine to PostgreSQL, which
//! several machines share.

use super::output::print_line;
use super::pepper::check_pepper;
use super::restore::check_file;
use crate::settings::{Database, Settings};
use anyhow::{anyhow, bail};
use std::path::Path;
use storage::copy::{CopySummary, move_to_postgres};
use web::telemetry;

/// Runs the command.
///
/// # Errors
/// One line for the operator. Nothing was moved then, or the line reports that the outcome is
/// unknown.
pub async fn run(from: &Path, settings: Settings) -> anyhow::Result<()> {
    let Database::Postgres(url) = &settings.database else {
        bail!(
            "VOXUM_DATABASE_URL is not a PostgreSQL database: set it to the database to which {} is moved",
            from.display()
        );
    };
    check_pepper(&settings, &check_file(from).await?)?;
    telemetry::start(settings.log, settings.log_format);
    let moved = move_to_postgres(from, url).await;
    let CopySummary { accounts, keys } = moved.map_err(|error| anyhow!("{error}"))?;
    print_line(&format!(
        "Moved to PostgreSQL. API keys: {keys}, accounts: {accounts}. The file is now called {}.moved, so that no server \
         uses it by mistake. To go back, rename it to its former name.",
        from.display()
    ));
    Ok(())
}
