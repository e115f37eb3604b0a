//! `voxum key identify`: which key a text is.

use crate::cli::output::print_line;
use crate::open_services::{OpenServices, open_services};
use crate::settings::{PublicUrl, Settings};
use anyhow::{Context as _, bail};
use domain::KeyStatus;
use service::Services;
use service::key::PlainKey;
use service::keys::Identification;
use std::io::Read as _;
use storage::OpenMode;
use web::telemetry;
use zeroize::Zeroizing;

/// Bytes that are read at most: far more than a key and the space around it.
const MAX_BYTES: u64 = 4_096;

/// Reads a key from standard input and prints which one it is.
///
/// # Errors
/// One line for the operator, which does not repeat the input.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(settings.log, settings.log_format);
    // The key is read from standard input, since an argument would be in the process list and in
    // the shell's history.
    let mut input = Zeroizing::new(Vec::new());
    std::io::stdin()
        .take(MAX_BYTES)
        .read_to_end(&mut input)
        .context("cannot read the key from standard input")?;
    let public_url = settings
        .public_url
        .unwrap_or_else(|| PublicUrl::of_listener(settings.listen, settings.tls.is_some()));
    let origin = public_url.origin().to_owned();
    let OpenServices { services, store } = open_services(
        &settings.database,
        OpenMode::ExistingOnly,
        settings.peppers,
        origin,
    )
    .await?;
    let line = identify(&services, input.trim_ascii(), &public_url).await;
    store.close().await;
    print_line(&line?);
    Ok(())
}

async fn identify(
    services: &Services,
    input: &[u8],
    public_url: &PublicUrl,
) -> anyhow::Result<String> {
    match services.operator.identify(input).await? {
        Identification::Malformed { characters } if characters == PlainKey::CHARS => bail!(
            "that is not a key: it has {characters} characters, but one of them is wrong; copy it again, complete and without spaces"
        ),
        Identification::Malformed { characters } => bail!(
            "that is not a key: it has {characters} characters instead of {}; copy it again, complete and without spaces",
            PlainKey::CHARS
        ),
        Identification::Unknown => bail!("this installation has no such key"),
        Identification::Known { key, status } => {
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
