//! The flush: writes pending usage to the database in batches.

use super::pace::{PAUSE, TimeLimit, next_batch_size};
use super::sweep::Sweep;
use super::{KeyUsage, Usages};
use crate::clock::Clock;
use crate::error::Error;
use crate::store::{KEY_BATCH_SIZE, UsagePorts};
use domain::seconds;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Interval between flushes: well within the 5 seconds of data that a crash may lose.
pub const FLUSH_EVERY_SECONDS: u64 = 2;

/// Time for writing the rest (W3), after which the server checks which keys were used meanwhile.
pub const FLUSH_REST_LIMIT: Duration = Duration::from_secs(1);
/// How long counts of calls are kept: 30 whole days of any time zone, the current day, and one hour
/// by which a clock may have been set back.
const RETENTION_SECONDS: i64 = 31 * seconds::DAY + seconds::HOUR;
/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;
/// Most keys whose last uses are written in one transaction: a last use is one row of its key.
pub(super) const MAX_USES_PER_BATCH: usize = 2 * *KEY_BATCH_SIZE.end();
/// Most keys whose rest is written in one transaction.
pub(super) const MAX_REST_PER_BATCH: usize = *KEY_BATCH_SIZE.end();

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
    pub(crate) async fn write(&self, limit: &TimeLimit) -> Result<(), Error> {
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
        for batch in sweep.into_keys().chunks(*KEY_BATCH_SIZE.end()) {
            for usage in batch {
                self.usages.settle(usage);
            }
            // Lets waiting calls run.
            tokio::task::yield_now().await;
        }
        done
    }

    async fn write_all(&self, sweep: &mut Sweep, limit: &TimeLimit) -> Result<(), Error> {
        // W2.
        self.sweep_last_uses(sweep).await?;
        // W3: from the key at which the last flush stopped, and then those before it.
        let keys = sweep.visited();
        let first = self.usages.rest_start(keys);
        let (last, keys) = keys.split_at(first);
        let started = Instant::now();
        for keys in [keys, last] {
            let written = self.write_rest(keys, limit, started).await?;
            if let Some(next) = keys.get(written) {
                self.usages.set_rest_start(next);
                break;
            }
            if limit.is_reached(started) {
                break;
            }
        }
        Ok(())
    }

    /// W2: writes the last uses of all keys, and of those that are first used meanwhile and whose
    /// id is still ahead.
    async fn sweep_last_uses(&self, sweep: &mut Sweep) -> Result<(), Error> {
        let mut batch_size = *KEY_BATCH_SIZE.start();
        loop {
            let batch = sweep.next_batch(&self.usages, batch_size).await;
            if batch.is_empty() {
                return Ok(());
            }
            let started = Instant::now();
            self.write_last_uses(batch).await?;
            batch_size = next_batch_size(batch_size, MAX_USES_PER_BATCH, started.elapsed());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// W3: writes the rest in transactions until the limit is reached, and returns the number of
    /// keys whose rest was written.
    async fn write_rest(
        &self,
        keys: &[Arc<KeyUsage>],
        limit: &TimeLimit,
        rest_started: Instant,
    ) -> Result<usize, Error> {
        let (mut written, mut batch_size) = (0, *KEY_BATCH_SIZE.start());
        while written < keys.len() {
            let end = keys.len().min(written + batch_size);
            let batch = &keys[written..end];
            let started = Instant::now();
            self.write_counts(batch).await?;
            self.write_caller_stats(batch).await?;
            batch_size = next_batch_size(batch_size, MAX_REST_PER_BATCH, started.elapsed());
            written = end;
            if limit.is_reached(rest_started) {
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
        let removed = keys.iter().zip(&counts);
        let removed = removed.map(|(usage, written)| usage.forget_counts(written));
        self.usages.release_counts(removed.sum());
        Ok(())
    }

    async fn write_caller_stats(&self, keys: &[Arc<KeyUsage>]) -> Result<(), Error> {
        let (observed, stats): (Vec<_>, Vec<_>) = keys
            .iter()
            .filter_map(|usage| Some((usage, usage.take_caller_stats()?)))
            .unzip();
        if !stats.is_empty()
            && let Err(error) = self.store.record_caller_stats(&stats).await
        {
            for (usage, stats) in observed.into_iter().zip(stats) {
                usage.put_back(stats);
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
        let before = self.clock.now().plus_seconds(-RETENTION_SECONDS);
        while self.store.sweep_calls(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}
