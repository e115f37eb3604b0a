//! Failed attempts to present a usable key, counted by network.
//!
//! This does not protect the keys, which cannot be guessed. It slows down a system that goes on
//! with a dead key, and bounds the cost of unknown keys for the database: a key that is not in
//! memory is counted as a failure *before* it is looked up, and the failure is taken back if the
//! key is genuine. The keys of a network without failures left are looked up together with others,
//! a few times a second (`ThrottledLookups` in `crate::authenticator`), so that its usable keys are
//! still accepted.

use super::bucket::Bucket;
use crate::clock::Clock;
use domain::RateLimit;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A burst of 1,000, then 10 per second.
const DEPTH: u32 = 1_000;
const PER_SECOND: u32 = 10;

/// Number of networks that are remembered.
const SLOTS: usize = 4_096;

/// A network and its bucket.
type NetworkBucket = (IpAddr, Bucket);

/// A fixed number of slots, each for the network that failed there last. Networks that share a slot
/// displace each other and so get more attempts than they should, which does no harm; memory never
/// grows.
#[derive(Debug)]
pub(crate) struct FailureBuckets {
    slots: Box<[Mutex<Option<NetworkBucket>>]>,
    /// Keyed at random, so that no caller can choose which network to displace.
    hasher: RandomState,
    limit: RateLimit,
}

impl Default for FailureBuckets {
    fn default() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            limit: RateLimit::new(DEPTH, PER_SECOND).expect("within the bounds of a limit"),
        }
    }
}

impl FailureBuckets {
    /// Counts one failure.
    ///
    /// # Errors
    /// Too many failures: whole seconds until the next one fits.
    pub(crate) fn count(&self, ip: IpAddr, clock: &dyn Clock) -> Result<(), u64> {
        let network = network(ip);
        let mut slot = self.slot(network);
        let now = clock.now();
        let mut bucket = match *slot {
            Some((owner, bucket)) if owner == network => bucket,
            _ => Bucket::full(now),
        };
        let allowance = bucket.take(self.limit, now);
        *slot = Some((network, bucket));
        if allowance.allowed {
            Ok(())
        } else {
            Err(allowance.seconds)
        }
    }

    /// Takes back a failure that [`Self::count`] counted, because the key was genuine.
    pub(crate) fn take_back(&self, ip: IpAddr, clock: &dyn Clock) {
        let network = network(ip);
        let mut slot = self.slot(network);
        let now = clock.now();
        // Another network may have taken the slot in between; then there is nothing left to take
        // back.
        if let Some((owner, bucket)) = &mut *slot
            && *owner == network
        {
            bucket.give_back(now);
        }
    }

    fn slot(&self, network: IpAddr) -> MutexGuard<'_, Option<NetworkBucket>> {
        let index = self.hasher.hash_one(network) % SLOTS as u64;
        let slot = usize::try_from(index).map(|index| &self.slots[index]);
        let slot = slot.expect("an index below the number of places");
        // No code panics while it holds the lock.
        slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the address itself, or the first one of its /64, which is one customer's network.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use domain::Timestamp;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn clock() -> ManualClock {
        ManualClock::at(Timestamp::from_millis(1_790_000_000_000))
    }

    #[test]
    fn burst_of_failures_passes_and_then_ten_each_second() {
        let (buckets, clock) = (FailureBuckets::default(), clock());
        let ip = Ipv4Addr::LOCALHOST.into();
        let passed = |count: usize| {
            (0..count)
                .filter(|_| buckets.count(ip, &clock).is_ok())
                .count()
        };
        assert_eq!(passed(3_000), 1_000);
        assert_eq!(buckets.count(ip, &clock), Err(1));
        clock.advance_seconds(1);
        assert_eq!(passed(100), 10);
        assert!(buckets.count([192, 0, 2, 1].into(), &clock).is_ok());
    }

    #[test]
    fn failure_that_is_taken_back_does_not_count() {
        let (buckets, clock) = (FailureBuckets::default(), clock());
        let ip = Ipv4Addr::LOCALHOST.into();
        for _ in 0..3_000 {
            buckets.count(ip, &clock).unwrap();
            buckets.take_back(ip, &clock);
        }
        let passed = (0..3_000).filter(|_| buckets.count(ip, &clock).is_ok());
        assert_eq!(passed.count(), 1_000);
        buckets.take_back([192, 0, 2, 1].into(), &clock);
        assert_eq!(buckets.count(ip, &clock), Err(1));
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let (buckets, clock) = (FailureBuckets::default(), clock());
        let ip = |tail: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, tail));
        for tail in 0..1_000 {
            buckets.count(ip(tail), &clock).unwrap();
        }
        assert!(buckets.count(ip(1_000), &clock).is_err());
        let other = Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, 1);
        assert!(buckets.count(other.into(), &clock).is_ok());
    }

    #[test]
    fn memory_stays_bounded_when_a_million_networks_fail() {
        let (buckets, clock) = (FailureBuckets::default(), clock());
        for number in 0..1_000_000_u32 {
            buckets
                .count(Ipv4Addr::from_bits(number).into(), &clock)
                .unwrap();
        }
        assert_eq!(buckets.slots.len(), SLOTS);
    }
}
