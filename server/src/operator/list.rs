//! `voxum key list`: the keys of all accounts.

use super::{by_itself, told, waits};
use crate::open::Opened;
use crate::serve::say;
use crate::settings::Settings;
use crate::telemetry;
use service::Service;

/// Prints the keys of all accounts, a line each, oldest first.
///
/// # Errors
/// One line for the operator.
pub async fn list(all: bool, settings: Settings) -> anyhow::Result<()> {
    telemetry::start(settings.log, settings.log_format);
    let Opened { service, store } = by_itself(&settings.database, settings.peppers).await?;
    let printed = print(&service, all).await;
    store.close().await;
    printed
}

async fn print(service: &Service, all: bool) -> anyhow::Result<()> {
    let (mut after, mut none) = (None, true);
    loop {
        let page = service.keys_for_operator(after.as_ref()).await?;
        let Some((last, ..)) = page.last() else { break };
        after = Some(last.id.clone());
        for (key, status, waits_since) in page {
            if !all && !status.is_live() {
                continue;
            }
            let waits = waits_since.map_or_else(String::new, |at| format!(", which {}", waits(at)));
            say(&format!(
                "{}  {:8}{}{waits}",
                key.id.as_str(),
                status.as_str(),
                told(&key)
            ));
            none = false;
        }
    }
    if none {
        say(if all {
            "There is no key."
        } else {
            "There is no key that is active or paused."
        });
    }
    Ok(())
}
