//! Reserve of free disk space: feeds and leads leave it to the changes that must not fail, such as
//! a sign-in, a revocation or a pause.
//!
//! Feeds and leads are refused for two reasons:
//!
//! 1. The file system that holds the SQLite database has less free space than the reserve. It is
//!    measured before each of them. The free space of a PostgreSQL server cannot be seen by its
//!    clients.
//! 2. A write has just failed because the disk is full. That is all that PostgreSQL reports
//!    (SQLSTATE 53100), and SQLite reports it as well, for example if a quota ends before the file
//!    system does. After a few seconds the next feed or lead finds out whether there is space
//!    again.

use crate::clock::Clock;
use crate::error::Error;
use crate::store::{DiskSpace, InstallationStore, StoreError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Bytes of the default reserve, or [`PERCENT`] of the file system if that is less.
const DEFAULT_BYTES: u64 = 256 * 1_024 * 1_024;
const PERCENT: u64 = 5;

/// How long feeds and leads are refused after a write failed because the disk was full, in
/// microseconds.
const CLOSED_MICROS: u64 = 5_000_000;

/// Returns the bytes to keep free on a file system, by the operator's choice or by default.
pub fn bytes(configured: Option<u64>, disk: DiskSpace) -> u64 {
    configured.unwrap_or_else(|| DEFAULT_BYTES.min(disk.total / 100 * PERCENT))
}

/// Why a feed or a lead is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum LowReason {
    #[error("{free} bytes are free on the disk, fewer than the reserve of {reserve}")]
    BelowReserve { free: u64, reserve: u64 },
    #[error("a write failed because the disk was full")]
    Full,
}

#[derive(Debug, Default)]
pub(crate) struct Reserve {
    /// Bytes, if the operator has chosen them.
    configured: OnceLock<u64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Feeds and leads are refused until this time.
    closed_until: u64,
    /// The reason in the last line of the log; `None` if it reported that storage is no longer low.
    reported: Option<LowReason>,
}

impl Reserve {
    fn judge(&self, disk: DiskSpace) -> Option<LowReason> {
        let (free, reserve) = (disk.free, bytes(self.configured.get().copied(), disk));
        (free < reserve).then_some(LowReason::BelowReserve { free, reserve })
    }

    /// Returns why feeds and leads are refused at `now`, on the boot clock in microseconds.
    fn low_reason(&self, now: u64, disk: Option<DiskSpace>) -> Option<LowReason> {
        let measured = disk.and_then(|disk| self.judge(disk));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let low = measured.or((now < state.closed_until).then_some(LowReason::Full));
        if low.is_some() != state.reported.is_some() {
            if let Some(why) = &low {
                tracing::warn!(%why, "storage is low: feeds and leads are rejected");
            } else {
                tracing::info!("storage is no longer low: feeds and leads are accepted again");
            }
            state.reported = low;
        }
        low
    }

    fn note_full(&self, now: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed_until = now + CLOSED_MICROS;
    }
}

/// The reserve of free disk space, and the writes that may not use it.
pub struct FreeSpace {
    store: Arc<dyn InstallationStore>,
    clock: Arc<dyn Clock>,
    reserve: Reserve,
}

impl FreeSpace {
    pub(crate) fn new(store: Arc<dyn InstallationStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            reserve: Reserve::default(),
        }
    }

    /// Sets how many bytes are kept free; `None` is the default. Called at the start, before the
    /// first request.
    pub fn keep_free(&self, bytes: Option<u64>) {
        if let Some(bytes) = bytes {
            // A second call would be a programming error; the value of the first call stays.
            let _ = self.reserve.configured.set(bytes);
        }
    }

    /// Whether feeds and leads are refused because the disk is nearly full.
    pub(crate) fn is_low(&self) -> bool {
        self.low_reason().is_some()
    }

    fn low_reason(&self) -> Option<LowReason> {
        self.reserve
            .low_reason(self.clock.boot_micros(), self.store.disk_space())
    }

    /// Carries out a write that can wait until there is space again.
    ///
    /// # Errors
    /// [`Error::StorageLow`] if free space is below the reserve or the disk turns out to be full;
    /// and those of the write.
    pub(crate) async fn with_room<T>(
        &self,
        write: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, Error> {
        if let Some(low) = self.low_reason() {
            return Err(Error::StorageLow(low.into()));
        }
        let written = write.await;
        if let Err(StoreError::Full(_)) = &written {
            self.note_full();
        }
        Ok(written?)
    }

    /// Refuses feeds and leads for a while, because a write has failed on a full disk.
    pub(crate) fn note_full(&self) {
        self.reserve.note_full(self.clock.boot_micros());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn default_reserve_is_256_mib_or_5_percent_of_a_small_disk() {
        for (total, kept) in [(100 * GIB, DEFAULT_BYTES), (GIB, GIB / 100 * 5)] {
            let space = DiskSpace { free: 0, total };
            assert_eq!(bytes(None, space), kept, "{total}");
            assert_eq!(bytes(Some(7), space), 7);
        }
    }

    #[test]
    fn storage_is_low_while_less_than_the_reserve_is_free() {
        let reserve = Reserve::default();
        let low = LowReason::BelowReserve {
            free: DEFAULT_BYTES - 1,
            reserve: DEFAULT_BYTES,
        };
        let free = |free| {
            let total = 100 * GIB;
            Some(DiskSpace { free, total })
        };
        assert_eq!(reserve.low_reason(0, free(DEFAULT_BYTES - 1)), Some(low));
        assert_eq!(reserve.low_reason(0, free(DEFAULT_BYTES)), None);
    }

    #[test]
    fn unmeasurable_disk_counts_as_full_for_some_seconds_after_it_was_full() {
        let reserve = Reserve::default();
        assert_eq!(reserve.low_reason(0, None), None);
        reserve.note_full(0);
        assert_eq!(
            reserve.low_reason(CLOSED_MICROS - 1, None),
            Some(LowReason::Full)
        );
        assert_eq!(reserve.low_reason(CLOSED_MICROS, None), None);
    }
}
