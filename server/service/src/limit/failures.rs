//! Attempts that showed no usable key, counted for each address or network.
//!
//! Not a defence of the keys, which nobody can guess; it tells a system that runs on with a dead key to slow down, and
//! keeps what it does from filling logs. Whoever shows a usable key is never asked how often others failed.

use super::bucket::Bucket;
use crate::Clock;
use domain::RateLimit;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// 1,000 at once, then 10 a second.
const DEPTH: u32 = 1_000;
const PER_SECOND: u32 = 10;

/// As many networks as are remembered.
const PLACES: usize = 4_096;

/// A network and its bucket.
type Failing = (IpAddr, Bucket);

/// A fixed number of places, each for the network that failed there last. Networks that meet in one place push each
/// other out and so get more attempts than they should, which harms nobody; memory never grows.
#[derive(Debug)]
pub(crate) struct FailureBuckets {
    places: Box<[Mutex<Option<Failing>>]>,
    /// Its keys are random, so that nobody can choose whom to push out.
    hasher: RandomState,
    limit: RateLimit,
}

impl Default for FailureBuckets {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            limit: RateLimit::new(DEPTH, PER_SECOND).expect("within the bounds of a limit"),
        }
    }
}

impl FailureBuckets {
    /// Counts one failure.
    ///
    /// # Errors
    /// Too many: whole seconds until the next attempt is looked at as one.
    pub(crate) fn count(&self, ip: IpAddr, clock: &dyn Clock) -> Result<(), u64> {
        let network = network(ip);
        let index = self.hasher.hash_one(network) % PLACES as u64;
        let place = usize::try_from(index).map(|index| &self.places[index]);
        let place = place.expect("an index below the number of places");
        // Nothing panics while it is held.
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        let mut bucket = match *place {
            Some((there, bucket)) if there == network => bucket,
            _ => Bucket::full(now),
        };
        let allowance = bucket.take(self.limit, now);
        *place = Some((network, bucket));
        if allowance.allowed {
            Ok(())
        } else {
            Err(allowance.seconds)
        }
    }
}

/// The address itself, or the first of its /64: one customer's network.
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
    use crate::ManualClock;
    use domain::Timestamp;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn clock() -> ManualClock {
        ManualClock::at(Timestamp::from_millis(1_790_000_000_000))
    }

    #[test]
    fn a_burst_passes_and_then_some_each_second() {
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
    fn a_million_networks_take_no_more_memory_than_the_places_there_are() {
        let (buckets, clock) = (FailureBuckets::default(), clock());
        for number in 0..1_000_000_u32 {
            buckets
                .count(Ipv4Addr::from_bits(number).into(), &clock)
                .unwrap();
        }
        assert_eq!(buckets.places.len(), PLACES);
    }
}
