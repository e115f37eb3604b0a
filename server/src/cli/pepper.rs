//! Checks that the configured peppers fit the stored keys, before a command uses the keys.

use crate::pepper_file;
use crate::settings::{Database, Settings};
use anyhow::{Context as _, bail};
use service::store::PepperNeed;
use service::{OldPepperNeed, Pepper};
use storage::Inspection;

/// Fails unless the configured peppers fit the data.
///
/// # Errors
/// One line for the operator, if keys depend on a pepper that is not configured.
pub fn check_pepper(settings: &Settings, inspection: &Inspection) -> anyhow::Result<()> {
    let file;
    let pepper = match (&settings.peppers.current, &settings.database) {
        (Some(pepper), _) => Some(pepper),
        (None, Database::File(database)) => {
            file = pepper_file::read(database)?;
            file.as_ref()
        }
        (None, Database::Postgres(_)) => None,
    };
    if !inspection.has_keys {
        return Ok(());
    }
    let advice = match &settings.database {
        Database::File(database) => {
            format!(
                "put the pepper at {}",
                pepper_file::path_for(database).display()
            )
        }
        Database::Postgres(_) => "set VOXUM_PEPPER or VOXUM_PEPPER_FILE".to_owned(),
    };
    let pepper = pepper.with_context(|| {
        format!("there is no pepper, and the API keys only work with the one that they were created with: {advice} first")
    })?;
    let configured = [Some(pepper), settings.peppers.old.as_ref()];
    let configured = configured.into_iter().flatten();
    let stored = inspection.pepper_fingerprint.as_ref();
    if !configured
        .clone()
        .any(|pepper| stored == Some(&pepper.fingerprint()))
    {
        bail!(
            "the configured pepper is not the one that these API keys were created with, so none of them would work: {advice} first"
        );
    }
    let ids: Vec<_> = configured.map(Pepper::id).collect();
    let missing = missing(inspection, |id| ids.iter().any(|own| own.as_str() == id));
    if missing != PepperNeed::default() {
        bail!("{}", OldPepperNeed(missing));
    }
    Ok(())
}

/// Returns how much data needs a pepper that is not configured.
pub fn missing(inspection: &Inspection, configured: impl Fn(&str) -> bool) -> PepperNeed {
    let others = inspection
        .pepper_uses
        .iter()
        .filter(|used| !configured(&used.pepper_id));
    others.fold(PepperNeed::default(), |sum, used| PepperNeed {
        keys: sum.keys + used.need.keys,
        factors: sum.factors + used.need.factors,
        recovery_codes: sum.recovery_codes + used.need.recovery_codes,
    })
}
