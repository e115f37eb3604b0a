//! What is checked before the first request.

use crate::store::Store;
use crate::{
    Clock, Error, Password, Pepper, Random, Service, key, limit, link, once, password, usage,
};
use domain::{AccountName, Email};
use std::sync::Arc;

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The stored keys were made under another pepper: with this one none of them would ever match.
    #[error(
        "the pepper is not the one that the stored API keys were made with; \
         restore the file `pepper` of this installation, or set VOXUM_PEPPER to its content"
    )]
    WrongPepper,
    #[error("the database failed at the start")]
    Store(#[source] Error),
}

impl Service {
    /// Checks the pepper against the database and makes the service.
    ///
    /// `public_url` is where people and integrations reach this installation, without a slash at its end.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        pepper: Pepper,
        public_url: String,
    ) -> Result<Self, OpenError> {
        let broken = |error: crate::store::StoreError| OpenError::Store(error.into());
        let fingerprint = pepper.fingerprint();
        let stored = store.pepper_fingerprint().await.map_err(broken)?;
        if stored.as_ref() != Some(&fingerprint) {
            // Without keys nothing depends on the pepper yet.
            if stored.is_some() && store.has_keys().await.map_err(broken)? {
                return Err(OpenError::WrongPepper);
            }
            store
                .set_pepper_fingerprint(&fingerprint)
                .await
                .map_err(broken)?;
        }
        let hasher = password::Hasher::new(&*random);
        Ok(Self {
            store,
            clock,
            random,
            pepper,
            verdicts: crate::verdict::Verdicts::default(),
            key_reads: std::sync::atomic::AtomicU64::new(0),
            heart: crate::verdict::Heart::default(),
            hasher,
            usages: usage::Usages::default(),
            refusals: crate::refusal::PendingRefusals::default(),
            awaited: key::AwaitedKeys::default(),
            failures: limit::FailureBuckets::default(),
            attempts: crate::attempt::Attempts::default(),
            suspects: Arc::default(),
            in_flight: once::InFlight::default(),
            public_url,
        })
    }

    /// Creates the first owner from the operator's settings where there is no account yet; `false` where there is.
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

    /// Whether keys can be verified and changed right now.
    ///
    /// # Errors
    /// The database's.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }
}
