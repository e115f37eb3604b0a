//! The pace of a flush: how many keys in one transaction, and for how long in all.

use crate::store::KEY_BATCH_SIZE;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Target duration of one transaction: a revocation of a key in the batch waits for it.
const TARGET_DURATION: Duration = Duration::from_millis(30);
/// Pause between two transactions, in which others get the database.
pub(crate) const PAUSE: Duration = Duration::from_millis(1);

/// When a flush leaves the rest to the next one.
pub(crate) struct TimeLimit {
    limit: Duration,
    /// Cancelled when the server stops, so that the last flush, which has little time, begins
    /// sooner.
    stop: CancellationToken,
}

impl TimeLimit {
    pub(crate) fn none() -> Self {
        Self {
            limit: Duration::MAX,
            stop: CancellationToken::new(),
        }
    }

    pub(crate) fn of(limit: Duration, stop: &CancellationToken) -> Self {
        let stop = stop.clone();
        Self { limit, stop }
    }

    pub(crate) fn half(&self) -> Self {
        Self {
            limit: self.limit / 2,
            stop: self.stop.clone(),
        }
    }

    pub(crate) fn is_reached(&self, started: Instant) -> bool {
        self.stop.is_cancelled() || started.elapsed() >= self.limit
    }
}

/// Returns the size of the next batch, from that of the last one and the time that it took.
pub(crate) fn next_batch_size(batch_size: usize, max_keys: usize, took: Duration) -> usize {
    let next = if took < TARGET_DURATION / 2 {
        batch_size * 2
    } else if took > TARGET_DURATION {
        batch_size / 2
    } else {
        batch_size
    };
    next.clamp(*KEY_BATCH_SIZE.start(), max_keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::flush::{MAX_REST_PER_BATCH, MAX_USES_PER_BATCH};
    use std::iter::successors;

    /// Batch sizes if the database takes `for_a_key` for each key.
    fn sizes(max_keys: usize, for_a_key: Duration) -> Vec<usize> {
        let next = |keys: &usize| {
            let took = for_a_key * u32::try_from(*keys).unwrap();
            Some(next_batch_size(*keys, max_keys, took))
        };
        successors(Some(*KEY_BATCH_SIZE.start()), next)
            .take(7)
            .collect()
    }

    #[test]
    fn batch_size_grows_while_writes_are_fast_and_shrinks_when_they_are_slow() {
        let micros = Duration::from_micros;
        let (uses, rest) = (MAX_USES_PER_BATCH, MAX_REST_PER_BATCH);
        assert_eq!(sizes(uses, micros(20)), [16, 32, 64, 128, 256, 512, 512]);
        assert_eq!(sizes(rest, micros(20)), [16, 32, 64, 128, 256, 256, 256]);
        assert_eq!(sizes(rest, micros(200)), [16, 32, 64, 128, 128, 128, 128]);
        assert_eq!(sizes(uses, micros(50_000)), [16; 7]);
        assert_eq!(next_batch_size(256, 512, Duration::from_secs(1)), 128);
    }
}
