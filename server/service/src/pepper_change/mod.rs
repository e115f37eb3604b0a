//! A change of the pepper, during which keys continue to work.
//!
//! # Definitions
//! - The *installation's pepper* is the one whose fingerprint the database stores. New keys are
//!   made with it.
//! - A node *accepts* the peppers that it is configured with: the current one, and the old one
//!   while anything needs it.
//! - A row *needs* a pepper if its digest or its encryption was made with it.
//!
//! # Invariant
//! No row needs a pepper that a registered node does not accept. So a node that finds no key under
//! the peppers that it accepts knows that the key does not exist.
//!
//! # Steps
//! 1. A node starts with a new pepper and the old one. It registers with the ids of both, and
//!    continues to make keys with the installation's pepper, which is the old one.
//! 2. Once every registered node accepts the new pepper, one of them makes it the installation's
//!    ([`crate::store::PepperStore::change_pepper`]). That transaction and each registration lock
//!    the same row. From then on a node that does not accept the new pepper cannot register, so it
//!    gets no lease. From then on, nothing is stored under the old pepper either: the transaction
//!    of each new key, second factor and recovery code locks that row as well, and is refused if
//!    its pepper is not the installation's.
//! 3. When a key is found under the old pepper, its two digests are noted in memory, and the next
//!    batch of uses stores the new one. The stored change is numbered like any other: every node
//!    forgets the verdict under the old digest, and has acknowledged that before it acknowledges a
//!    later revocation, which names the new digest.
//! 4. Secrets of second factors are decrypted and encrypted again by the same batch. Recovery codes
//!    cannot be: they need the old pepper until they are used or replaced.
//! 5. When nothing needs the old pepper any more, the nodes stop accepting it, and a start reports
//!    that it can be removed.
//!
//! # Failures
//! - A node that was suspended during step 2 was marked as dead, and its lease has ended. If it
//!   does not accept the new pepper, it answers calls with an unknown key with 503
//!   (`knows_every_key` in `crate::authenticator`), never with 401. Keys and factors that it would
//!   store under the old pepper are refused with 503, too.
//! - A batch that fails leaves its keys under the old digest. They are noted again at their next
//!   use.

mod start;

pub use start::{OldPepperNeed, StartError};

use crate::clock::Clock;
use crate::error::Error;
use crate::key::KeyDigest;
use crate::pepper::Pepper;
use crate::peppers::{OldPepper, Peppers};
use crate::second_factor::Factors;
use crate::store::{PepperNeed, PepperPorts, ResealedFactor};
use domain::MemberId;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Keys that one transaction re-hashes. A revocation of one of them waits for it.
const BATCH_SIZE: usize = 64;
/// Pause between two transactions, in which a waiting change gets its turn.
const PAUSE: Duration = Duration::from_millis(1);
/// Number of second factors that are read in one batch.
const FACTOR_BATCH_SIZE: u32 = 100;
/// Rows are counted once for this many batches of uses: every 10 seconds.
const COUNT_EVERY: u32 = 5;
/// Consecutive counts that must find nothing, so that they also cover rows that another node was
/// about to store.
const EMPTY_COUNTS: u32 = 3;

/// The pepper of the installation, and its change.
pub struct PepperChange {
    pub(crate) store: Arc<dyn PepperPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) peppers: Arc<Peppers>,
    pub(crate) factors: Arc<Factors>,
}

impl PepperChange {
    /// Returns the pepper to store new data under. Another node may have changed the installation's
    /// a moment ago.
    pub(crate) async fn installation_pepper(&self) -> Result<&Pepper, Error> {
        if !self.peppers.is_changed() {
            let stored = self.store.pepper_fingerprint().await?;
            if stored == Some(self.peppers.current().fingerprint()) {
                self.peppers.note_changed();
            }
        }
        Ok(self.peppers.installation_pepper())
    }

    /// Advances the change of the pepper, if this process has an old one. Part of each batch of
    /// uses.
    pub(crate) async fn advance(&self) -> Result<(), Error> {
        let (Some(change), Some(old)) = (&self.peppers.old, self.peppers.old()) else {
            return Ok(());
        };
        let current = self.peppers.current();
        if !self.peppers.is_changed() {
            let from = (old.fingerprint(), old.id());
            let to = (current.fingerprint(), current.id());
            if !self.store.change_pepper(&from, &to).await? {
                return Ok(());
            }
            self.peppers.note_changed();
            tracing::info!("the pepper was changed; API keys are re-hashed as they are used");
        }
        self.rehash(change).await?;
        self.reseal().await?;
        if change.batches.fetch_add(1, Ordering::Relaxed) % COUNT_EVERY == 0 {
            self.count_need(change).await?;
        }
        Ok(())
    }

    async fn rehash(&self, change: &OldPepper) -> Result<(), Error> {
        let pending = std::mem::take(
            &mut *change
                .pending
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let pending: Vec<_> = pending
            .into_iter()
            .map(|(old, new)| (KeyDigest::from_bytes(old), new))
            .collect();
        for batch in pending.chunks(BATCH_SIZE) {
            self.store
                .rehash_keys(batch, &self.peppers.current().id())
                .await?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Encrypts the secrets of second factors under the current pepper.
    async fn reseal(&self) -> Result<(), Error> {
        let current = self.peppers.current().id();
        let mut after: Option<MemberId> = None;
        loop {
            let old = self
                .store
                .factors_to_reseal(&current, after.as_ref(), FACTOR_BATCH_SIZE)
                .await?;
            let Some((last, _)) = old.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            for (member, sealed) in old {
                // A secret that none of the configured peppers decrypts is counted as needing
                // another one.
                let Some(secret) = self.factors.unseal(&member, &sealed) else {
                    continue;
                };
                let factor = ResealedFactor {
                    to: self
                        .factors
                        .seal(&member, &secret, self.peppers.current())?,
                    from: sealed,
                    member,
                };
                self.store.reseal_factor(&factor, &current).await?;
            }
        }
    }

    async fn count_need(&self, change: &OldPepper) -> Result<(), Error> {
        let current = self.peppers.current().id();
        let need = self
            .store
            .pepper_need(&current, &current, self.clock.now())
            .await?;
        self.peppers.note_need(need);
        if need != PepperNeed::default() {
            change.empty_counts.store(0, Ordering::Relaxed);
        } else if change.empty_counts.fetch_add(1, Ordering::Relaxed) + 1 == EMPTY_COUNTS {
            self.peppers.note_done();
            tracing::info!("nothing needs the old pepper any more; remove VOXUM_PEPPER_OLD");
        }
        Ok(())
    }
}
