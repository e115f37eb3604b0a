//! Look-up of keys that are not in memory.

use super::Authenticator;
use super::throttled_lookups::LookupResult;
use crate::error::Error;
use crate::key::KeyDigest;
use crate::limit::network;
use crate::origin::CalledKey;
use crate::refusal::KeyRefusal;
use crate::verdict::Verdict;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Authenticator {
    /// Returns the verdict on a key that is not in memory. The look-up is counted as a failure of
    /// the caller's network before the database is read, so that a flood of unknown keys costs no
    /// more reads than the network has failures left.
    pub(super) async fn look_up(
        &self,
        digests: [KeyDigest; 2],
        ip: IpAddr,
    ) -> Result<Arc<Verdict>, Error> {
        let counted = self.failures.count(ip, &*self.clock);
        if let Err(retry_after_seconds) = counted {
            let found = self
                .throttled_lookups
                .look_up(&self.store, network(ip), digests);
            match found.await {
                LookupResult::Known => {}
                LookupResult::Unknown | LookupResult::TooMany => {
                    return Err(Error::Denied(KeyRefusal::NetworkLimited {
                        retry_after_seconds,
                    }));
                }
                LookupResult::Unavailable => {
                    let reason = "the database did not answer a look-up of several keys";
                    return Err(Error::Unavailable(reason.into()));
                }
            }
        }
        let verdict = self.read_verdict(digests).await;
        if counted.is_ok() && !matches!(verdict, Err(Error::Denied(KeyRefusal::Unknown))) {
            self.failures.take_back(ip, &*self.clock);
        }
        verdict
    }

    /// Reads a key from the database into memory (R4 and R5 in `crate::verdict`). A key that does
    /// not exist is not stored: a caller could otherwise fill the memory with invented keys.
    pub(super) async fn read_verdict(
        &self,
        digests: [KeyDigest; 2],
    ) -> Result<Arc<Verdict>, Error> {
        self.key_reads.fetch_add(1, Ordering::Relaxed);
        // R4: before the record is read.
        let epoch = self.node.verdicts.epoch();
        let found = self
            .store
            .find_key_by_either(&digests)
            .await?
            .filter(|record| digests.iter().any(|digest| record.digest.matches(digest)));
        let Some(record) = found else {
            return Err(if self.knows_every_key().await? {
                Error::Denied(KeyRefusal::Unknown)
            } else {
                let reason = "the pepper of this installation was changed, and this node was not given the new one";
                Error::Unavailable(reason.into())
            });
        };
        let digest = record.digest;
        self.peppers.note_old(digests, &digest);
        let key = CalledKey::new(record.account_id.clone(), record.id.clone());
        let usage = self.usages.of(key, record.last_use.clone());
        let verdict = Arc::new(Verdict::new(record, usage));
        // R5.
        self.node.verdicts.keep(&digest, verdict.clone(), epoch);
        Ok(verdict)
    }

    /// Whether a key that was not found does not exist. A node with a lease is registered, so it
    /// accepts the installation's pepper. Any other node has to ask the database.
    async fn knows_every_key(&self) -> Result<bool, Error> {
        if self.node.has_lease() {
            return Ok(true);
        }
        let stored = self.store.pepper_fingerprint().await?;
        let accepted = [Some(self.peppers.current()), self.peppers.old()];
        let mut accepted = accepted.into_iter().flatten();
        Ok(stored.is_none_or(|stored| accepted.any(|pepper| pepper.fingerprint() == stored)))
    }
}
