//! `voxum key …`: commands with which an operator manages the keys of all accounts.
//!
//! A command changes the database itself, in the same way as the server. It waits until every
//! running node has noticed the change, but it is not a node: it answers no calls, so no change
//! waits for it.

mod change;
mod identify;
mod list;

use super::args::Key;
use crate::open_services::{OpenServices, open_services};
use crate::settings::Settings;
use domain::Timestamp;
use service::keys::OperatorChange;
use service::rfc3339;
use service::store::KeyRecord;
use storage::OpenMode;
use web::telemetry;

/// Runs the command.
///
/// # Errors
/// One line for the operator.
pub async fn run(command: Key, settings: Settings) -> anyhow::Result<()> {
    let (keys, change) = match command {
        Key::Identify => return identify::run(settings).await,
        Key::List { all } => return list::run(all, settings).await,
        Key::Revoke { keys, reason } => (keys, OperatorChange::Revoke(reason)),
        Key::Pause { key } => (vec![key], OperatorChange::Pause),
        Key::Resume { key } => (vec![key], OperatorChange::Resume),
    };
    change::run(&keys, change, settings).await
}

async fn open_database(settings: Settings) -> anyhow::Result<OpenServices> {
    telemetry::start(settings.log, settings.log_format);
    // This creates no links, so the address of the console is not needed.
    let open_services = open_services(
        &settings.database,
        OpenMode::ExistingOnly,
        settings.peppers,
        String::new(),
    )
    .await?;
    open_services.services.node.run_unregistered();
    Ok(open_services)
}

fn describe(key: &KeyRecord) -> String {
    let KeyRecord {
        preview,
        name,
        account_name,
        ..
    } = key;
    format!("{preview} “{name}” of the account “{account_name}”")
}

/// Describes a key that is on hold after a restore, in the words of the console.
fn describe_hold(restored_at: Timestamp) -> String {
    let at = rfc3339(restored_at);
    format!("is on hold, since its account was restored from a backup at {at}")
}
