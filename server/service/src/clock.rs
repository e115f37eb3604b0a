//! The source of the present time: a parameter, so that tests can set it.

use domain::Timestamp;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    /// Time since the machine started, including the time that it was asleep. This clock is never
    /// set, so it measures time that has really passed.
    fn since_boot(&self) -> Duration;

    /// Returns [`Self::since_boot`] in microseconds.
    fn boot_micros(&self) -> u64 {
        u64::try_from(self.since_boot().as_micros()).unwrap_or(u64::MAX)
    }
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the machine's clock is read"
        )]
        let now = SystemTime::now();
        let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(match now.duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        })
    }

    fn since_boot(&self) -> Duration {
        // On Linux, `Instant` is the monotonic clock that stops while the machine sleeps.
        #[cfg(target_os = "linux")]
        let clock = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let clock = rustix::time::ClockId::Monotonic;
        let read = rustix::time::clock_gettime(clock);
        Duration::try_from(read).unwrap_or_default()
    }
}

/// A clock that tests set by hand. Setting the time of day does not advance the boot clock.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicI64,
    boot_millis: AtomicU64,
}

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: AtomicI64::new(now.millis()),
            boot_millis: AtomicU64::new(1_000),
        }
    }

    pub fn set(&self, now: Timestamp) {
        self.now.store(now.millis(), Ordering::SeqCst);
    }

    /// Advances the boot clock, as if awake or asleep, and leaves the time of day as it is.
    pub fn advance_boot(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or_default();
        self.boot_millis.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.set(self.now().plus_seconds(seconds));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
    }

    fn since_boot(&self) -> Duration {
        Duration::from_millis(self.boot_millis.load(Ordering::SeqCst))
    }
}
