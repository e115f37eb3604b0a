//! Checks of the peppers before the first request.

use super::PepperChange;
use crate::error::Error;
use crate::pepper::Pepper;
use crate::store::{PepperNeed, StoreError};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The stored keys were made under another pepper: under this one, none of them would ever
    /// match.
    #[error(
        "the pepper is not the one that the stored API keys were made with; \
         restore the file `pepper` of this installation, or set VOXUM_PEPPER to its content; \
         to change the pepper, also set VOXUM_PEPPER_OLD to the previous one"
    )]
    WrongPepper,
    /// A change of the pepper is unfinished, and the old one is missing.
    #[error("{0}")]
    OldPepperNeeded(OldPepperNeed),
    #[error("the old pepper and the pepper are the same; remove VOXUM_PEPPER_OLD")]
    SamePepper,
    #[error("the database failed at the start")]
    Store(#[source] Error),
}

/// The data that cannot be used without the old pepper.
#[derive(Debug, Clone, Copy)]
pub struct OldPepperNeed(pub PepperNeed);

impl std::fmt::Display for OldPepperNeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let PepperNeed {
            keys,
            factors,
            recovery_codes,
        } = self.0;
        write!(
            f,
            "some data still needs a previous pepper that is not set (API keys: {keys}, second factors: {factors}, \
             recovery codes: {recovery_codes}): set VOXUM_PEPPER_OLD to the pepper that was used before; if it is lost, \
             revoke these keys with `voxum key revoke`, and reset the members with `voxum admin reset`"
        )
    }
}

impl PepperChange {
    /// Checks the peppers of this process against the database, which has none at first.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(crate) async fn check(&self) -> Result<(), StartError> {
        let broken = |error: StoreError| StartError::Store(error.into());
        let fingerprint = self.peppers.current().fingerprint();
        let old = self.peppers.old().map(Pepper::fingerprint);
        if old.as_ref() == Some(&fingerprint) {
            return Err(StartError::SamePepper);
        }
        match self.store.pepper_fingerprint().await.map_err(broken)? {
            Some(stored) if stored == fingerprint => self.peppers.note_changed(),
            // The change begins once every node accepts the new one.
            Some(stored) if Some(&stored) == old.as_ref() => {}
            Some(_) if self.store.has_keys().await.map_err(broken)? => {
                return Err(StartError::WrongPepper);
            }
            // Without keys, nothing depends on the pepper yet.
            _ => {
                self.store
                    .set_pepper_fingerprint(&fingerprint)
                    .await
                    .map_err(broken)?;
                self.peppers.note_changed();
            }
        }
        Ok(())
    }

    /// For the server, before it serves calls: checks that nothing needs a pepper that is not
    /// configured, and stops accepting the old one if nothing needs it.
    ///
    /// # Errors
    /// [`StartError::OldPepperNeeded`], or the database's.
    pub async fn check_old(&self) -> Result<(), StartError> {
        let broken = |error: StoreError| StartError::Store(error.into());
        let (current, now) = (self.peppers.current().id(), self.clock.now());
        let old = self
            .peppers
            .old()
            .map_or_else(|| current.clone(), Pepper::id);
        let missing = self.store.pepper_need(&current, &old, now).await;
        let missing = missing.map_err(broken)?;
        if missing != PepperNeed::default() {
            return Err(StartError::OldPepperNeeded(OldPepperNeed(missing)));
        }
        if old == current || !self.peppers.is_changed() {
            return Ok(());
        }
        let need = self.store.pepper_need(&current, &current, now).await;
        let need = need.map_err(broken)?;
        self.peppers.note_need(need);
        if need == PepperNeed::default() {
            self.peppers.note_done();
            tracing::warn!(
                "nothing needs the old pepper any more, so it was ignored; remove VOXUM_PEPPER_OLD"
            );
        }
        Ok(())
    }
}
