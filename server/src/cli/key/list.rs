//! `voxum key list`: the keys of all accounts.

use super::{describe, describe_hold, open_database};
use crate::cli::output::print_line;
use crate::open_services::OpenServices;
use crate::settings::Settings;
use service::Services;

/// Prints the keys of all accounts, a line each, oldest first.
///
/// # Errors
/// One line for the operator.
pub async fn run(all: bool, settings: Settings) -> anyhow::Result<()> {
    let OpenServices { services, store } = open_database(settings).await?;
    let result = print(&services, all).await;
    store.close().await;
    result
}

async fn print(services: &Services, all: bool) -> anyhow::Result<()> {
    let (mut after, mut is_empty) = (None, true);
    loop {
        let page = services.operator.keys(after.as_ref()).await?;
        let Some((last, ..)) = page.last() else { break };
        after = Some(last.id.clone());
        for (key, status, on_hold_since) in page {
            if !all && !status.is_live() {
                continue;
            }
            let hold = on_hold_since
                .map_or_else(String::new, |at| format!(", which {}", describe_hold(at)));
            print_line(&format!(
                "{}  {:8}{}{hold}",
                key.id.as_str(),
                status.as_str(),
                describe(&key)
            ));
            is_empty = false;
        }
    }
    if is_empty {
        print_line(if all {
            "There is no key."
        } else {
            "There is no key that is active or paused."
        });
    }
    Ok(())
}
