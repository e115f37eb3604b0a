//! `voxum backup FILE`: writes everything into one file while the server runs.

use super::output::print_line;
use crate::settings::{Database, Settings};
use anyhow::anyhow;
use std::path::Path;
use storage::copy::{CopySummary, back_up_file, back_up_postgres};
use web::telemetry;

/// Runs the command.
///
/// # Errors
/// One line for the operator. There is no backup file then.
pub async fn run(to: &Path, settings: Settings) -> anyhow::Result<()> {
    telemetry::start(settings.log, settings.log_format);
    // The texts of these errors are complete without their sources.
    let CopySummary { accounts, keys } = match &settings.database {
        Database::File(database) => back_up_file(database, to).await,
        Database::Postgres(url) => back_up_postgres(url, to).await,
    }
    .map_err(|error| anyhow!("{error}"))?;
    print_line(&format!(
        "Backed up to {}. API keys: {keys}, accounts: {accounts}. The backup does not contain the pepper: keep a copy of it in another place.",
        to.display()
    ));
    Ok(())
}
