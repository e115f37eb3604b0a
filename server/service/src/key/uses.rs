//! When keys were last used, kept in memory and written in batches, so that checking a key never writes.

use crate::store::UseRecord;
use crate::{Client, Error, Service};
use dashmap::DashMap;
use domain::{KeyId, Timestamp};

/// How often the server writes what is pending: well within the 5 seconds that a crash may lose.
pub const FLUSH_EVERY_SECONDS: u64 = 2;

/// Keys that are written about in one transaction. Until its end, whoever revokes one of them waits, and has others wait who
/// change keys of the account: on a database that is slow, thousands at once would keep them out for seconds.
const AT_ONCE: usize = 16;

/// The uses that are not written yet: at most one per key that exists. In shards, so that
/// calls of different keys do not wait for each other.
#[derive(Debug, Default)]
pub struct PendingUses(DashMap<KeyId, UseRecord>);

impl PendingUses {
    pub(super) fn note(&self, id: &KeyId, at: Timestamp, client: &Client) {
        // Two look-ups for a key's first use, so that the others need no copy of its id.
        if let Some(mut last) = self.0.get_mut(id) {
            last.follow(at, client);
            return;
        }
        let first = || UseRecord {
            at,
            ip: client.ip,
            user_agent: client.user_agent().map(str::to_owned),
        };
        let mut last = self.0.entry(id.clone()).or_insert_with(first);
        last.follow(at, client);
    }

    /// The later of what is stored and what is pending.
    pub(super) fn latest(&self, id: &KeyId, stored: Option<UseRecord>) -> Option<UseRecord> {
        let pending = self.0.get(id).map(|last| last.clone());
        match (pending, stored) {
            (Some(pending), Some(stored)) if stored.at > pending.at => Some(stored),
            (pending, stored) => pending.or(stored),
        }
    }

    pub(crate) fn pending(&self) -> u64 {
        self.0.len() as u64
    }

    fn snapshot(&self) -> Vec<(KeyId, UseRecord)> {
        let pending = self.0.iter();
        pending
            .map(|last| (last.key().clone(), last.value().clone()))
            .collect()
    }

    /// Forgets what was written, except where a later use came in meanwhile.
    fn forget(&self, written: &[(KeyId, UseRecord)]) {
        for (id, entry) in written {
            self.0.remove_if(id, |_, last| last == entry);
        }
    }
}

impl UseRecord {
    /// Becomes a later use, and stays as it is for an earlier one.
    fn follow(&mut self, at: Timestamp, client: &Client) {
        if self.at > at {
            return;
        }
        self.at = at;
        self.ip = client.ip;
        if self.user_agent.as_deref() != client.user_agent() {
            self.user_agent = client.user_agent().map(str::to_owned);
        }
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
        for uses in uses.chunks(AT_ONCE) {
            self.store.record_uses(uses, &[]).await?;
            self.uses.forget(uses);
        }
        if !calls.is_empty() {
            self.store.record_uses(&[], &calls).await?;
            self.calls.forget(calls);
        }
        let refusals = self.refusals.snapshot();
        if !refusals.is_empty() {
            self.store.record_refusals(&refusals).await?;
            self.refusals.forget(&refusals);
        }
        let mut sightings = self.sightings.take();
        while !sightings.is_empty() {
            let rest = sightings.split_off(AT_ONCE.min(sightings.len()));
            if let Err(error) = self.store.record_sightings(&sightings).await {
                sightings.extend(rest);
                self.sightings.put_back(sightings);
                return Err(error.into());
            }
            sightings = rest;
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
