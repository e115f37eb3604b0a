//! Checks before the first request.

use crate::store::{PepperNeed, Store};
use crate::{
    Clock, Error, Password, Pepper, Peppers, Random, Service, key, limit, link, once, password,
    usage,
};
use domain::{AccountName, Email};
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The stored keys were made under another pepper: under this one, none of them would ever
    /// match.
    #[error(
        "the pepper is not the one that the stored API keys were made with; \
         restore the file `pepper` of this installation, or set VOXUM_PEPPER to its content; \
         to change the pepper, set VOXUM_PEPPER_OLD to that one as well"
    )]
    WrongPepper,
    /// A change of the pepper is unfinished, and the old one is missing.
    #[error("{0}")]
    OldPepperNeeded(NeedsOldPepper),
    #[error("the old pepper and the pepper are the same; remove VOXUM_PEPPER_OLD")]
    SamePepper,
    #[error("the database failed at the start")]
    Store(#[source] Error),
}

/// The data that cannot be used without the old pepper.
#[derive(Debug, Clone, Copy)]
pub struct NeedsOldPepper(pub PepperNeed);

impl std::fmt::Display for NeedsOldPepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let PepperNeed {
            keys,
            factors,
            recovery_codes,
        } = self.0;
        write!(
            f,
            "some data still needs a pepper that is not at hand (API keys: {keys}, second factors: {factors}, \
             recovery codes: {recovery_codes}): set VOXUM_PEPPER_OLD to the pepper that was used before; if it is lost, \
             revoke these keys with `voxum key revoke`, and reset the members with `voxum admin reset`"
        )
    }
}

impl Service {
    /// Checks the peppers against the database and creates the service.
    ///
    /// `public_url` is the address at which people and integrations reach this installation,
    /// without a slash at its end.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        peppers: impl Into<Peppers>,
        public_url: String,
    ) -> Result<Self, OpenError> {
        let broken = |error: crate::store::StoreError| OpenError::Store(error.into());
        let peppers = peppers.into();
        let fingerprint = peppers.current().fingerprint();
        let old = peppers.old().map(Pepper::fingerprint);
        if old.as_ref() == Some(&fingerprint) {
            return Err(OpenError::SamePepper);
        }
        match store.pepper_fingerprint().await.map_err(broken)? {
            Some(stored) if stored == fingerprint => peppers.note_changed(),
            // The change begins once every node accepts the new one.
            Some(stored) if Some(&stored) == old.as_ref() => {}
            Some(_) if store.has_keys().await.map_err(broken)? => {
                return Err(OpenError::WrongPepper);
            }
            // Without keys, nothing depends on the pepper yet.
            _ => {
                store
                    .set_pepper_fingerprint(&fingerprint)
                    .await
                    .map_err(broken)?;
                peppers.note_changed();
            }
        }
        let hasher = password::Hasher::new(&*random);
        Ok(Self {
            store,
            clock,
            random,
            peppers,
            verdicts: crate::verdict::Verdicts::default(),
            key_reads: std::sync::atomic::AtomicU64::new(0),
            heartbeat: crate::verdict::Heartbeat::default(),
            hasher,
            reserve: crate::reserve::Reserve::default(),
            unstored: key::UnstoredStops::default(),
            receipts: TaskTracker::new(),
            usages: usage::Usages::default(),
            refusals: crate::refusal::PendingRefusals::default(),
            awaited: key::AwaitedKeys::default(),
            failures: limit::FailureBuckets::default(),
            attempts: crate::attempt::Attempts::default(),
            suspects: Arc::default(),
            account_calls: std::sync::atomic::AtomicU32::new(0),
            in_flight: once::InFlight::default(),
            public_url,
        })
    }

    /// For the server, before it serves calls: checks that nothing needs a pepper that was not
    /// given, and stops accepting the old one if nothing needs it.
    ///
    /// # Errors
    /// [`OpenError::OldPepperNeeded`], or the database's.
    pub async fn check_old_pepper(&self) -> Result<(), OpenError> {
        let broken = |error: crate::store::StoreError| OpenError::Store(error.into());
        let (current, now) = (self.peppers.current().id(), self.clock.now());
        let old = self
            .peppers
            .old()
            .map_or_else(|| current.clone(), Pepper::id);
        let missing = self.store.pepper_need(&current, &old, now).await;
        let missing = missing.map_err(broken)?;
        if missing != PepperNeed::default() {
            return Err(OpenError::OldPepperNeeded(NeedsOldPepper(missing)));
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
                "nothing needs the old pepper any more, so it is not accepted; remove VOXUM_PEPPER_OLD"
            );
        }
        Ok(())
    }

    /// Creates the first owner from the operator's settings, if there is no account yet; returns
    /// `false` if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn seed_owner(&self, email: Email, password: Password) -> Result<bool, Error> {
        if self.store.has_owner().await? {
            return Ok(false);
        }
        let account_name = AccountName::parse("My account").map_err(Error::broken)?;
        let password_hash = self.hash_password(password).await?;
        let owner = self.new_owner(account_name, email, password_hash)?;
        let now = self.clock.now();
        let event = link::account_created(&owner, now);
        Ok(self.store.seed_owner(owner, now, event).await?)
    }

    /// Checks that keys can be verified and changed now.
    ///
    /// # Errors
    /// The database's.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }
}
