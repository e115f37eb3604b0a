//! Commands with which an operator changes keys on this machine.
//!
//! If a server runs on the SQLite file, the command sends its order over a socket beside the file,
//! and the server answers once its own cached verdict has changed. Otherwise the command makes the
//! change itself, in the same way; [`Service`] then waits for a server that has the file open
//! without that socket, and for every node on PostgreSQL. The command does not register as a node:
//! it answers no calls, so no change waits for it.

mod ask;
mod list;
mod socket;
mod take;

pub use ask::listens;
pub use list::list;
pub use socket::Socket;
pub use take::take_orders;

use crate::open::{Opened, open};
use crate::serve::say;
use crate::settings::{Database, GivenPeppers, Settings};
use crate::telemetry;
use anyhow::bail;
use domain::{KeyStatus, Timestamp};
use serde::{Deserialize, Serialize};
use service::key::{Carried, KeyNamed, NotNamed, OperatorChange};
use service::store::{KeyRecord, Receipt};
use service::{Error, Service, rfc3339};
use storage::OpenMode;

/// One change of one key: a line of JSON over the socket.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// The key's id or its preview, never its secret.
    key: String,
    change: OperatorChange,
}

/// Outcome of an order, as a sentence for the operator: the line that the server answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Done(String),
    Refused(String),
}

/// Changes keys, each independently: one that is refused does not keep another from being revoked.
///
/// # Errors
/// One line for the operator. If it concerns only some of the keys, the others have been changed.
pub async fn change(
    keys: &[String],
    change: OperatorChange,
    settings: Settings,
) -> anyhow::Result<()> {
    let Settings {
        database,
        mut peppers,
        log,
        log_format,
        ..
    } = settings;
    telemetry::start(log, log_format);
    // All names are checked before the first key is changed.
    for key in keys {
        named(key)?;
    }
    let mut opened: Option<Opened> = None;
    let mut refused = Vec::new();
    for key in keys {
        let order = Order {
            key: key.clone(),
            change,
        };
        // The running server is asked first. If there is none, the database is opened here, and
        // further keys are changed without asking again.
        let answered = match (&database, &opened) {
            (Database::File(database), None) => ask::ask(database, &order).await?,
            _ => None,
        };
        let outcome = if let Some(outcome) = answered {
            outcome
        } else {
            let opened = match &mut opened {
                Some(opened) => opened,
                none => none.insert(by_itself(&database, std::mem::take(&mut peppers)).await?),
            };
            carry_out(&opened.service, &order).await?
        };
        match outcome {
            Outcome::Done(line) => say(&line),
            Outcome::Refused(line) => refused.push(line),
        }
    }
    // The receipts are stored in the background, and have to be complete before the database is
    // closed.
    if let Some(Opened { service, store }) = opened {
        service.receipts_stored().await;
        store.close().await;
    }
    if !refused.is_empty() {
        bail!("{}", refused.join("; "));
    }
    Ok(())
}

async fn by_itself(database: &Database, peppers: GivenPeppers) -> anyhow::Result<Opened> {
    // This creates no links, so the address of the console is not needed.
    let opened = open(database, OpenMode::ExistingOnly, peppers, String::new()).await?;
    opened.service.run_without_node();
    Ok(opened)
}

fn named(key: &str) -> anyhow::Result<KeyNamed> {
    match KeyNamed::parse(key) {
        Ok(named) => Ok(named),
        // The error does not repeat the text, since output may be recorded.
        Err(NotNamed::Secret) => bail!(
            "that looks like a key itself, and what stands on a command line stays in the shell's history: name the key by \
             its id or its preview, which `voxum key identify < FILE` tells, and nothing was changed"
        ),
        Err(NotNamed::Neither) => bail!(
            "a key is named by its id or its preview, such as vx_abc123; `voxum key list` shows both, and nothing was changed"
        ),
    }
}

/// Carries out one order in this process.
///
/// # Errors
/// Errors of the database.
async fn carry_out(service: &Service, order: &Order) -> Result<Outcome, Error> {
    let named = match named(&order.key) {
        Ok(named) => named,
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    let carried = service.change_for_operator(&named, order.change).await?;
    Ok(match (carried, order.change) {
        (Carried::Changed(key, receipt), OperatorChange::Revoke(reason)) => Outcome::Done(format!(
            "Revoked, with the reason {}: {}. {}.",
            reason.as_str(),
            told(&key),
            refused(receipt)
        )),
        (Carried::Changed(key, receipt), OperatorChange::Pause) => Outcome::Done(format!(
            "Paused until `voxum key resume {}`: {}. {}.",
            key.id.as_str(),
            told(&key),
            refused(receipt)
        )),
        (Carried::Changed(key, receipt), OperatorChange::Resume) => {
            Outcome::Done(format!("Resumed: {}. {}.", told(&key), accepted(receipt)))
        }
        // A key that was revoked after the backup is valid again after this, so the operator has to
        // notice.
        (Carried::Confirmed(key, receipt, restored_at), _) => Outcome::Done(format!(
            "Resumed: {}. It came back from a backup that was restored at {}, and was paused, unconfirmed, until now. {}.",
            told(&key),
            rfc3339(restored_at),
            accepted(receipt)
        )),
        (Carried::Same(key), OperatorChange::Resume) => {
            Outcome::Done(format!("Active already: {}.", told(&key)))
        }
        (Carried::Same(key), _) => Outcome::Done(format!("Paused already: {}.", told(&key))),
        (Carried::Waits(key, restored_at), _) => Outcome::Done(format!(
            "Paused already: {}. It {}.",
            told(&key),
            waits(restored_at)
        )),
        // For a script that ensures that a key is revoked, this is a success.
        (Carried::AlreadyEnded(key, status), OperatorChange::Revoke(_)) => {
            let how = match status {
                KeyStatus::Revoked => "Revoked",
                _ => "Expired",
            };
            let revoked_at = key.revocation.as_ref().map(|revocation| revocation.at);
            let since = revoked_at.or(key.expires_at).map(rfc3339);
            let since = since.map_or_else(String::new, |since| format!(", since {since}"));
            Outcome::Done(format!("{how} already{since}: {}.", told(&key)))
        }
        (Carried::AlreadyEnded(key, KeyStatus::Revoked), _) => {
            Outcome::Refused(format!("{} was revoked already", told(&key)))
        }
        (Carried::AlreadyEnded(key, _), _) => {
            Outcome::Refused(format!("{} has expired already", told(&key)))
        }
        (Carried::Unknown, _) => Outcome::Refused(format!(
            "no key of this installation is {}; `voxum key list --all` shows them",
            order.key
        )),
        (Carried::Several(keys), _) => {
            let each = keys.iter().map(|key| {
                let (id, account) = (key.id.as_str(), &key.account_name);
                format!("{id} (“{}” of the account “{account}”)", key.name)
            });
            let each: Vec<_> = each.collect();
            Outcome::Refused(format!(
                "more keys than one begin with {}: name yours by its id, such as {}",
                order.key,
                each.join(", ")
            ))
        }
    })
}

/// Returns on which nodes the key is refused, without a full stop.
fn refused(receipt: Option<Receipt>) -> String {
    receipt.map_or_else(
        || "It is refused from now on".to_owned(),
        |receipt| receipt.told(false),
    )
}

/// Returns the result for a key that was resumed.
fn accepted(receipt: Option<Receipt>) -> &'static str {
    match receipt {
        Some(Receipt { nodes: 0, .. }) => "No server was running",
        _ => "It is accepted again",
    }
}

fn told(key: &KeyRecord) -> String {
    let KeyRecord {
        preview,
        name,
        account_name,
        ..
    } = key;
    format!("{preview} “{name}” of the account “{account_name}”")
}

/// Describes a key that waits to be confirmed after a restore, in the words of the console.
fn waits(restored_at: Timestamp) -> String {
    let at = rfc3339(restored_at);
    format!("waits to be confirmed, since its account was restored from a backup at {at}")
}
