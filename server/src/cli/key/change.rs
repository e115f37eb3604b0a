//! `voxum key revoke`, `pause` and `resume`.

use super::{describe, describe_hold, open_database};
use crate::cli::output::print_line;
use crate::open_services::OpenServices;
use crate::settings::Settings;
use anyhow::{anyhow, bail};
use domain::KeyStatus;
use service::keys::{KeySelector, OperatorChange, OperatorOutcome, SelectorError};
use service::store::{KeyRecord, Receipt};
use service::{Error, Services, rfc3339};
use web::words::receipt;

/// A line for the operator: the change is made, or it was refused.
type Outcome = Result<String, String>;

/// Changes keys, each independently: one that is refused does not keep another from being revoked.
///
/// # Errors
/// One line for the operator. If it concerns only some of the keys, the others have been changed.
pub async fn run(
    keys: &[String],
    change: OperatorChange,
    settings: Settings,
) -> anyhow::Result<()> {
    // All names are checked before the first key is changed.
    let names = keys.iter().map(|key| parse(key));
    let names = names.collect::<anyhow::Result<Vec<_>>>()?;
    let OpenServices { services, store } = open_database(settings).await?;
    let result = change_all(&services, keys.iter().zip(&names), change).await;
    // The receipts are stored in the background, and have to be complete before the database is
    // closed.
    services.key_changes.wait_for_receipts().await;
    store.close().await;
    result
}

async fn change_all(
    services: &Services,
    keys: impl Iterator<Item = (&String, &KeySelector)>,
    change: OperatorChange,
) -> anyhow::Result<()> {
    let mut failures = Vec::new();
    for (key, name) in keys {
        let outcome = match services.operator.change(name, change).await {
            Ok(result) => report(key, result, change),
            Err(error) => Err(format!("{key}: {}", explain(error))),
        };
        match outcome {
            Ok(line) => print_line(&line),
            Err(line) => failures.push(line),
        }
    }
    if !failures.is_empty() {
        bail!("{}", failures.join("; "));
    }
    Ok(())
}

/// Explains an error of the service in terms of this command, which keeps no keys in memory.
fn explain(error: Error) -> String {
    let advice = match error {
        Error::StorageLow(_) => {
            ". Nothing was changed: free some space on the database's disk and try again, or revoke or pause the key in the \
             console of a running server, which rejects it from its memory until the change is stored"
        }
        _ => "",
    };
    format!("{:#}{advice}", anyhow!(error))
}

fn parse(key: &str) -> anyhow::Result<KeySelector> {
    match KeySelector::parse(key) {
        Ok(name) => Ok(name),
        // The error does not repeat the text, since output may be recorded.
        Err(SelectorError::Secret) => bail!(
            "that looks like a key itself, which a shell keeps in its history: name the key by its ID or its preview, \
             which `voxum key identify < FILE` prints. Nothing was changed"
        ),
        Err(SelectorError::Neither) => bail!(
            "that is neither the ID nor the preview of a key, such as vx_abc123: `voxum key list` prints both. Nothing \
             was changed"
        ),
    }
}

fn report(name: &str, result: OperatorOutcome, change: OperatorChange) -> Outcome {
    match (result, change) {
        (OperatorOutcome::Changed(key, receipt), OperatorChange::Revoke(reason)) => Ok(format!(
            "Revoked, with the reason {}: {}. {}.",
            reason.as_str(),
            describe(&key),
            refusal_sentence(receipt)
        )),
        (OperatorOutcome::Changed(key, receipt), OperatorChange::Pause) => Ok(format!(
            "Paused until `voxum key resume {}`: {}. {}.",
            key.id.as_str(),
            describe(&key),
            refusal_sentence(receipt)
        )),
        (OperatorOutcome::Changed(key, receipt), OperatorChange::Resume) => Ok(format!(
            "Resumed: {}. {}.",
            describe(&key),
            acceptance_sentence(receipt)
        )),
        // A key that was revoked after the backup is valid again after this, so the operator has to
        // notice.
        (OperatorOutcome::Confirmed(key, receipt, restored_at), _) => Ok(format!(
            "Resumed: {}. It came back from a backup that was restored at {}, and was paused, unconfirmed, until now. {}.",
            describe(&key),
            rfc3339(restored_at),
            acceptance_sentence(receipt)
        )),
        (OperatorOutcome::Same(key), OperatorChange::Resume) => {
            Ok(format!("Already active: {}.", describe(&key)))
        }
        (OperatorOutcome::Same(key), _) => Ok(format!("Already paused: {}.", describe(&key))),
        (OperatorOutcome::OnHold(key, restored_at), _) => Ok(format!(
            "Already paused: {}. It {}.",
            describe(&key),
            describe_hold(restored_at)
        )),
        // For a script that ensures that a key is revoked, this is a success.
        (OperatorOutcome::AlreadyEnded(key, status), OperatorChange::Revoke(_)) => {
            Ok(report_inactive(&key, status))
        }
        (OperatorOutcome::AlreadyEnded(key, KeyStatus::Revoked), _) => {
            Err(format!("{} is already revoked", describe(&key)))
        }
        (OperatorOutcome::AlreadyEnded(key, _), _) => {
            Err(format!("{} has already expired", describe(&key)))
        }
        (OperatorOutcome::Unknown, _) => Err(format!(
            "this installation has no key {name}: `voxum key list --all` prints all of them"
        )),
        (OperatorOutcome::Ambiguous(keys), _) => {
            let entries = keys.iter().map(|key| {
                let (id, account) = (key.id.as_str(), &key.account_name);
                format!("{id} (“{}” of the account “{account}”)", key.name)
            });
            let entries: Vec<_> = entries.collect();
            Err(format!(
                "several keys begin with {name}: name yours by its ID, such as {}",
                entries.join(", ")
            ))
        }
    }
}

fn report_inactive(key: &KeyRecord, status: KeyStatus) -> String {
    let state = match status {
        KeyStatus::Revoked => "revoked",
        _ => "expired",
    };
    let revoked_at = key.revocation.as_ref().map(|revocation| revocation.at);
    let since = revoked_at.or(key.expires_at).map(rfc3339);
    let since = since.map_or_else(String::new, |since| format!(" since {since}"));
    format!("Already {state}{since}: {}.", describe(key))
}

/// Returns on which nodes the key is refused, without a full stop.
fn refusal_sentence(receipt: Option<Receipt>) -> String {
    receipt.map_or_else(
        || "It is rejected from now on".to_owned(),
        |receipt| receipt::describe(receipt, false),
    )
}

/// Returns the result for a key that was resumed.
fn acceptance_sentence(receipt: Option<Receipt>) -> &'static str {
    match receipt {
        Some(Receipt { nodes: 0, .. }) => "No server was running",
        _ => "It is accepted again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_disk_is_explained_with_what_still_revokes_a_key() {
        let line = explain(Error::StorageLow("disk is full".into()));
        assert!(line.contains("disk is full. Nothing was changed"), "{line}");
        assert!(
            line.contains("in the console of a running server"),
            "{line}"
        );
        let line = explain(Error::Unavailable("no answer".into()));
        assert!(line.ends_with("no answer"), "{line}");
    }
}
