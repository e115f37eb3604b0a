//! When keys were last used, kept in memory and written in batches, so that checking a key never writes.

use crate::store::UseRecord;
use crate::{Client, Error, Service};
use domain::{KeyId, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often the server writes what is pending: well within the 5 seconds that a crash may lose.
pub const FLUSH_EVERY_SECONDS: u64 = 2;

/// The uses that are not written yet: at most one per key that exists.
#[derive(Debug, Default)]
pub struct PendingUses(Mutex<HashMap<KeyId, UseRecord>>);

impl PendingUses {
    pub(super) fn note(&self, id: &KeyId, at: Timestamp, client: &Client) {
        let entry = UseRecord {
            at,
            ip: client.ip,
            user_agent: client.user_agent().map(str::to_owned),
        };
        let mut pending = self.lock();
        match pending.get_mut(id) {
            Some(last) if last.at > at => {}
            Some(last) => *last = entry,
            None => {
                pending.insert(id.clone(), entry);
            }
        }
    }

    /// The later of what is stored and what is pending.
    pub(super) fn latest(&self, id: &KeyId, stored: Option<UseRecord>) -> Option<UseRecord> {
        let pending = self.lock().get(id).cloned();
        match (pending, stored) {
            (Some(pending), Some(stored)) if stored.at > pending.at => Some(stored),
            (pending, stored) => pending.or(stored),
        }
    }

    fn snapshot(&self) -> Vec<(KeyId, UseRecord)> {
        self.lock()
            .iter()
            .map(|(id, entry)| (id.clone(), entry.clone()))
            .collect()
    }

    /// Forgets what was written, except where a later use came in meanwhile.
    fn forget(&self, written: &[(KeyId, UseRecord)]) {
        let mut pending = self.lock();
        for (id, entry) in written {
            if pending.get(id) == Some(entry) {
                pending.remove(id);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyId, UseRecord>> {
        // Nothing panics while it is held, and the map is whole at every point.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Writes the pending uses, counts of calls, where they came from and why they were refused. What could not be written stays pending.
    ///
    /// To be called by one at a time and awaited to its end: what was written and not taken off would be counted twice.
    ///
    /// # Errors
    /// The database's.
    pub async fn flush_uses(&self) -> Result<(), Error> {
        let (uses, calls) = (self.uses.snapshot(), self.calls.snapshot());
        if !uses.is_empty() || !calls.is_empty() {
            self.store.record_uses(&uses, &calls).await?;
            self.uses.forget(&uses);
            self.calls.forget(calls);
        }
        let refusals = self.refusals.snapshot();
        if !refusals.is_empty() {
            self.store.record_refusals(&refusals).await?;
            self.refusals.forget(&refusals);
        }
        let sightings = self.sightings.take();
        if !sightings.is_empty()
            && let Err(error) = self.store.record_sightings(&sightings).await
        {
            self.sightings.put_back(sightings);
            return Err(error.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn a_late_note_of_an_earlier_use_changes_nothing() {
        let uses = PendingUses::default();
        let id = KeyId::parse("k").unwrap();
        let client = Client::new(Ipv4Addr::LOCALHOST.into(), None);
        uses.note(&id, Timestamp::from_millis(20), &client);
        uses.note(&id, Timestamp::from_millis(10), &client);
        assert_eq!(
            uses.latest(&id, None).unwrap().at,
            Timestamp::from_millis(20)
        );
    }

    #[test]
    fn a_use_that_comes_during_a_write_is_kept() {
        let uses = PendingUses::default();
        let id = KeyId::parse("k").unwrap();
        let client = Client::new(Ipv4Addr::LOCALHOST.into(), None);
        uses.note(&id, Timestamp::from_millis(10), &client);
        let written = uses.snapshot();
        uses.note(&id, Timestamp::from_millis(20), &client);
        uses.forget(&written);
        assert_eq!(uses.snapshot().len(), 1);
    }
}
