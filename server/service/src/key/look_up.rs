//! Look-up of keys that are not in memory.

use super::{KeyDigest, KeyRefusal};
use crate::limit::{Suspect, network};
use crate::verdict::Verdict;
use crate::{CalledKey, Error, Service};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Service {
    /// Returns the verdict on a key that is not in memory. The look-up is counted as a failure of
    /// the caller's network before the database is read, so that a flood of unknown keys costs no
    /// more reads than the network has failures left.
    pub(super) async fn look_up(
        &self,
        digests: [KeyDigest; 2],
        ip: IpAddr,
    ) -> Result<Arc<Verdict>, KeyRefusal> {
        let counted = self.failures.count(ip, &*self.clock);
        if let Err(retry_after_seconds) = counted {
            let found = self.suspects.look_up(&self.store, network(ip), digests);
            match found.await {
                Suspect::Known => {}
                Suspect::Unknown | Suspect::TooMany => {
                    return Err(KeyRefusal::TooMany {
                        retry_after_seconds,
                    });
                }
                Suspect::Unavailable => {
                    let why = "the database did not answer a look-up of several keys";
                    return Err(KeyRefusal::Failed(Error::Unavailable(why.into())));
                }
            }
        }
        let verdict = self.read_verdict(digests).await;
        if counted.is_ok() && !matches!(verdict, Err(KeyRefusal::Unknown)) {
            self.failures.take_back(ip, &*self.clock);
        }
        verdict
    }

    /// Reads a key from the database into memory (R4 and R5 in `crate::verdict`). A key that does
    /// not exist is not stored: a caller could otherwise fill the memory with invented keys.
    pub(super) async fn read_verdict(
        &self,
        digests: [KeyDigest; 2],
    ) -> Result<Arc<Verdict>, KeyRefusal> {
        self.key_reads.fetch_add(1, Ordering::Relaxed);
        // R4: before the record is read.
        let epoch = self.verdicts.epoch();
        let found = self
            .store
            .find_key_by_either(&digests)
            .await
            .map_err(|error| KeyRefusal::Failed(error.into()))?
            .filter(|record| digests.iter().any(|digest| record.digest.matches(digest)));
        let Some(record) = found else {
            return Err(match self.knows_every_key().await {
                Ok(true) => KeyRefusal::Unknown,
                Ok(false) => KeyRefusal::Failed(Error::Unavailable(
                    "the pepper of this installation was changed, and this node was not given the new one".into(),
                )),
                Err(error) => KeyRefusal::Failed(error),
            });
        };
        let digest = record.digest;
        self.peppers.note_old(digests, &digest);
        let key = CalledKey::new(record.account_id.clone(), record.id.clone());
        let usage = self.usages.of(key, record.last_use.clone());
        let verdict = Arc::new(Verdict::new(record, usage));
        // R5.
        self.verdicts.keep(&digest, verdict.clone(), epoch);
        Ok(verdict)
    }
}
