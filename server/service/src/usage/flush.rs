//! The flush: writes pending usage to the database in batches.

use super::pace::{Limit, PAUSE, next};
use super::sweep::Sweep;
use super::{KeyUsage, Usages};
use crate::clock::Clock;
use crate::error::Error;
use crate::store::{KEYS_AT_ONCE, UsagePorts};
use domain::seconds;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Interval between flushes: well within the 5 seconds of data that a crash may lose.
pub const FLUSH_EVERY_SECONDS: u64 = 2;

/// Time for writing the rest (W3), after which the server checks which keys were used meanwhile.
pub const FLUSH_REST_FOR: Duration = Duration::from_secs(1);
/// How long counts of calls are kept: 30 whole days of any time zone, the current day, and one hour
/// by which a clock may have been set back.
const KEPT_SECONDS: i64 = 31 * seconds::DAY + seconds::HOUR;
/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;
/// Most keys whose last uses are written in one transaction: a last use is one row of its key.
pub(super) const MOST_USES: usize = 2 * *KEYS_AT_ONCE.end();
/// Most keys whose rest is written in one transaction.
pub(super) const MOST_OF_REST: usize = *KEYS_AT_ONCE.end();

/// The writer of pending usage.
pub struct UsageWriter {
    pub(crate) store: Arc<dyn UsagePorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) usages: Arc<Usages>,
}

impl UsageWriter {
    /// Writes all last uses, and the rest until the limit is reached. Data that could not be
    /// written stays pending.
    ///
    /// Only one flush may run at a time, and it must be awaited to its end (F4).
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn write(&self, limit: &Limit) -> Result<(), Error> {
        // W1.
        let unwritten = self.usages.take_unwritten();
        // Sorted by id, which is the order of the database's pages: neighbours cost little more
        // than one of them. It is also the order in which nodes that write the same keys lock their
        // rows, so that they cannot deadlock.
        let sorted = tokio::task::spawn_blocking(|| Sweep::of(unwritten));
        // The task fails only if the process is ending.
        let Ok(mut sweep) = sorted.await else {
            return Ok(());
        };
        let done = self.write_all(&mut sweep, limit).await;
        // W4, also after an error (F1).
        for some in sweep.into_keys().chunks(*KEYS_AT_ONCE.end()) {
            for usage in some {
                self.usages.settle(usage);
            }
            // Lets waiting calls run.
            tokio::task::yield_now().await;
        }
        done
    }

    async fn write_all(&self, sweep: &mut Sweep, limit: &Limit) -> Result<(), Error> {
        // W2.
        self.sweep_last_uses(sweep).await?;
        // W3: from the key at which the last flush stopped, and then those before it.
        let keys = sweep.passed();
        let first = self.usages.where_rest_begins(keys);
        let (last, keys) = keys.split_at(first);
        let began = Instant::now();
        for keys in [keys, last] {
            let written = self.write_rest(keys, limit, began).await?;
            if let Some(next) = keys.get(written) {
                self.usages.begin_rest_at(next);
                break;
            }
            if limit.is_reached(began) {
                break;
            }
        }
        Ok(())
    }

    /// W2: writes the last uses of all keys, and of those that are first used meanwhile and whose
    /// id is still ahead.
    async fn sweep_last_uses(&self, sweep: &mut Sweep) -> Result<(), Error> {
        let mut at_once = *KEYS_AT_ONCE.start();
        loop {
            let piece = sweep.pass(&self.usages, at_once).await;
            if piece.is_empty() {
                return Ok(());
            }
            let began = Instant::now();
            self.write_last_uses(piece).await?;
            at_once = next(at_once, MOST_USES, began.elapsed());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// W3: writes the rest in transactions until the limit is reached, and returns the number of
    /// keys whose rest was written.
    async fn write_rest(
        &self,
        keys: &[Arc<KeyUsage>],
        limit: &Limit,
        all_began: Instant,
    ) -> Result<usize, Error> {
        let (mut written, mut at_once) = (0, *KEYS_AT_ONCE.start());
        while written < keys.len() {
            let end = keys.len().min(written + at_once);
            let piece = &keys[written..end];
            let began = Instant::now();
            self.write_counts(piece).await?;
            self.write_sightings(piece).await?;
            at_once = next(at_once, MOST_OF_REST, began.elapsed());
            written = end;
            if limit.is_reached(all_began) {
                break;
            }
            if written < keys.len() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(written)
    }

    async fn write_last_uses(&self, keys: &[Arc<KeyUsage>]) -> Result<(), Error> {
        let (of, uses): (Vec<_>, Vec<_>) = keys
            .iter()
            .filter_map(|usage| Some((usage, (usage.key().key_id.clone(), usage.use_to_write()?))))
            .unzip();
        if !uses.is_empty() {
            self.store.record_uses(&uses, &[]).await?;
        }
        // I3.
        for (usage, (_, written)) in of.into_iter().zip(&uses) {
            usage.forget_use(written);
        }
        Ok(())
    }

    async fn write_counts(&self, keys: &[Arc<KeyUsage>]) -> Result<(), Error> {
        let counts: Vec<_> = keys.iter().map(|usage| usage.counts_to_write()).collect();
        let written = counts.concat();
        if !written.is_empty() {
            self.store.record_uses(&[], &written).await?;
        }
        // I3.
        let less = keys.iter().zip(&counts);
        let less = less.map(|(usage, written)| usage.forget_counts(written));
        self.usages.give_room(less.sum());
        Ok(())
    }

    async fn write_sightings(&self, keys: &[Arc<KeyUsage>]) -> Result<(), Error> {
        let (seen, sightings): (Vec<_>, Vec<_>) = keys
            .iter()
            .filter_map(|usage| Some((usage, usage.take_sighting()?)))
            .unzip();
        if !sightings.is_empty()
            && let Err(error) = self.store.record_sightings(&sightings).await
        {
            for (usage, sighting) in seen.into_iter().zip(sightings) {
                usage.put_back(sighting);
            }
            return Err(error.into());
        }
        Ok(())
    }

    /// Forgets keys that are no longer used. Cheap, and to be called from time to time.
    pub fn forget_idle(&self) {
        self.usages.forget_idle(&*self.clock);
    }

    /// Deletes counts of calls that no page shows any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_calls(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_calls(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}
