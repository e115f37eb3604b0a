//! Where "now" comes from: a parameter, so that tests decide what time it is.

use domain::Timestamp;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    /// Since the machine started, the time included that it slept. Nobody sets it, so that what it measures went by.
    fn since_boot(&self) -> Duration;
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
        // `Instant` is the other one on Linux, which stands still while the machine sleeps.
        #[cfg(target_os = "linux")]
        let clock = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let clock = rustix::time::ClockId::Monotonic;
        let read = rustix::time::clock_gettime(clock);
        Duration::try_from(read).unwrap_or_default()
    }
}

/// A clock that tests set by hand. Setting the time of day lets no time go by.
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

    /// Lets time go by, awake or asleep, with the time of day as it is.
    pub fn let_pass(&self, time: Duration) {
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
