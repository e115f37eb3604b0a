//! Whether the pepper at hand is the one that stored keys were made under, before anything is done with them.

use crate::pepper_file;
use crate::settings::{Database, Settings};
use anyhow::{Context as _, bail};
use storage::Look;

/// # Errors
/// One line for the operator, where keys depend on a pepper that is not at hand.
pub fn must_fit(settings: &Settings, data: &Look) -> anyhow::Result<()> {
    let file;
    let pepper = match (&settings.pepper, &settings.database) {
        (Some(pepper), _) => Some(pepper),
        (None, Database::File(database)) => {
            file = pepper_file::read(database)?;
            file.as_ref()
        }
        (None, Database::Postgres(_)) => None,
    };
    if !data.has_keys {
        return Ok(());
    }
    let place = match &settings.database {
        Database::File(database) => {
            format!("put it at {}", pepper_file::beside(database).display())
        }
        Database::Postgres(_) => "set VOXUM_PEPPER or VOXUM_PEPPER_FILE".to_owned(),
    };
    let pepper = pepper.with_context(|| {
        format!("there is no pepper, and no API key works without the one that it was made with: {place} first")
    })?;
    if data.pepper_fingerprint.as_ref() != Some(&pepper.fingerprint()) {
        bail!(
            "the pepper at hand is not the one that these API keys were made with, and none of them would work: {place} first"
        );
    }
    Ok(())
}
