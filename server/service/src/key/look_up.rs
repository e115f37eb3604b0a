//! Keys that are not in memory.

use super::{KeyDigest, KeyRefusal};
use crate::limit::{Suspect, network};
use crate::verdict::Verdict;
use crate::{CalledKey, Error, Service};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Service {
    /// The verdict on a key that is not in memory. It is counted as a failure of its network before the database is asked,
    /// so that a flood of unknown keys costs no more reads than a network has failures left.
    pub(super) async fn look_up(
        &self,
        digest: &KeyDigest,
        ip: IpAddr,
    ) -> Result<Arc<Verdict>, KeyRefusal> {
        let counted = self.failures.count(ip, &*self.clock);
        if let Err(retry_after_seconds) = counted {
            let found = self.suspects.look_up(&self.store, network(ip), *digest);
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
        let verdict = self.read_verdict(digest).await;
        if counted.is_ok() && !matches!(verdict, Err(KeyRefusal::Unknown)) {
            self.failures.take_back(ip, &*self.clock);
        }
        verdict
    }

    /// Reads the verdict on a key from the database, and keeps it in memory. Unknown keys are not kept: a caller could fill
    /// the memory with keys that it made up.
    pub(super) async fn read_verdict(
        &self,
        digest: &KeyDigest,
    ) -> Result<Arc<Verdict>, KeyRefusal> {
        self.key_reads.fetch_add(1, Ordering::Relaxed);
        let as_of = self.verdicts.as_of();
        let record = self
            .store
            .find_key_by_digest(digest)
            .await
            .map_err(|error| KeyRefusal::Failed(error.into()))?
            .filter(|record| record.digest.matches(digest))
            .ok_or(KeyRefusal::Unknown)?;
        let key = CalledKey::new(record.account_id.clone(), record.id.clone());
        let usage = self.usages.of(key, record.last_use.clone());
        let verdict = Arc::new(Verdict::new(record, usage));
        self.verdicts.keep(digest, verdict.clone(), as_of);
        Ok(verdict)
    }
}
