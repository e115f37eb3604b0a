//! `voxum key …`: commands with which an operator manages keys on this machine.

use crate::cli::Key;
use crate::open::{Opened, open};
use crate::operator;
use crate::settings::{PublicUrl, Settings};
use crate::telemetry;
use anyhow::{Context as _, bail};
use domain::KeyStatus;
use service::Service;
use service::key::{Identified, OperatorChange, PlainKey};
use std::io::Read as _;
use storage::OpenMode;
use zeroize::Zeroizing;

/// Far more bytes than a key and the space around it.
const MOST: u64 = 4_096;

/// Runs the command.
///
/// # Errors
/// One line for the operator.
pub async fn run(command: Key, settings: Settings) -> anyhow::Result<()> {
    let (keys, change) = match command {
        Key::Identify => return identify_found(settings).await,
        Key::List { all } => return operator::list(all, settings).await,
        Key::Revoke { keys, reason } => (keys, OperatorChange::Revoke(reason)),
        Key::Pause { key } => (vec![key], OperatorChange::Pause),
        Key::Resume { key } => (vec![key], OperatorChange::Resume),
    };
    operator::change(&keys, change, settings).await
}

async fn identify_found(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(settings.log, settings.log_format);
    // The key is read from standard input, since an argument would be in the process list and in
    // the shell's history.
    let mut presented = Zeroizing::new(Vec::new());
    std::io::stdin()
        .take(MOST)
        .read_to_end(&mut presented)
        .context("cannot read the key from standard input")?;
    let public_url = settings
        .public_url
        .unwrap_or_else(|| PublicUrl::of_listener(settings.listen, settings.tls.is_some()));
    let origin = public_url.origin().to_owned();
    let Opened { service, store } = open(
        &settings.database,
        OpenMode::ExistingOnly,
        settings.peppers,
        origin,
    )
    .await?;
    let told = identify(&service, presented.trim_ascii(), &public_url).await;
    store.close().await;
    crate::serve::say(&told?);
    Ok(())
}

async fn identify(
    service: &Service,
    presented: &[u8],
    public_url: &PublicUrl,
) -> anyhow::Result<String> {
    match service.identify_for_operator(presented).await? {
        Identified::Malformed { characters } if characters == PlainKey::CHARS => bail!(
            "that is no key: it has {characters} characters, yet one of them is wrong; copy it again, whole and without spaces"
        ),
        Identified::Malformed { characters } => bail!(
            "that is no key: {characters} of {} characters; copy it again, whole and without spaces",
            PlainKey::CHARS
        ),
        Identified::Unknown => bail!("no key of this installation is like that"),
        Identified::Known { key, status } => {
            let (origin, id) = (public_url.origin(), key.id.as_str());
            let next = match status {
                // The key has already ended, so there is nothing left to do.
                KeyStatus::Revoked | KeyStatus::Expired => format!("{origin}/keys/{id}"),
                KeyStatus::Active | KeyStatus::Paused => {
                    format!("To revoke it: {origin}/keys/{id}/revoke, or `voxum key revoke {id}`")
                }
            };
            Ok(format!(
                "{} “{}” of the account “{}”: {}, created by {}. {next}",
                key.preview,
                key.name,
                key.account_name,
                status.as_str(),
                key.created_by,
            ))
        }
    }
}
