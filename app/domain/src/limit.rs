//! Rate limits of keys.

use crate::InvalidValue;
use std::fmt;

/// Token bucket: a burst of up to `depth` calls, refilled at `per_second` calls a second.
///
/// # Examples
/// ```
/// use domain::RateLimit;
/// let limit = RateLimit::new(10, 3).unwrap();
/// assert_eq!(limit.window_seconds(), 4);
/// assert_eq!(RateLimit::parse_depth(" 250 "), Ok(250));
/// assert!(RateLimit::new(0, 1).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    depth: u32,
    per_second: u32,
}

impl RateLimit {
    pub const DEFAULT: Self = Self {
        depth: 100,
        per_second: 10,
    };
    pub const MAX_DEPTH: u32 = 100_000;
    pub const MAX_PER_SECOND: u32 = 10_000;

    /// Creates a rate limit with a burst of `depth` calls and `per_second` calls a second.
    ///
    /// # Errors
    /// The depth is outside 1 to [`Self::MAX_DEPTH`], or the refill rate is outside 1 to
    /// [`Self::MAX_PER_SECOND`].
    pub const fn new(depth: u32, per_second: u32) -> Result<Self, InvalidValue> {
        if depth == 0 || depth > Self::MAX_DEPTH {
            return Err(BAD_DEPTH);
        }
        if per_second == 0 || per_second > Self::MAX_PER_SECOND {
            return Err(BAD_PER_SECOND);
        }
        Ok(Self { depth, per_second })
    }

    /// Parses the depth of the bucket from a form field.
    ///
    /// # Errors
    /// The text is not a whole number from 1 to [`Self::MAX_DEPTH`].
    pub fn parse_depth(raw: &str) -> Result<u32, InvalidValue> {
        number(raw, Self::MAX_DEPTH).ok_or(BAD_DEPTH)
    }

    /// Parses the refill rate from a form field.
    ///
    /// # Errors
    /// The text is not a whole number from 1 to [`Self::MAX_PER_SECOND`].
    pub fn parse_per_second(raw: &str) -> Result<u32, InvalidValue> {
        number(raw, Self::MAX_PER_SECOND).ok_or(BAD_PER_SECOND)
    }

    /// Burst size: number of calls that a full bucket admits.
    pub const fn depth(self) -> u32 {
        self.depth
    }

    /// Number of calls that are refilled each second.
    pub const fn per_second(self) -> u32 {
        self.per_second
    }

    /// Seconds in which an empty bucket fills up, rounded up.
    pub const fn window_seconds(self) -> u32 {
        self.depth.div_ceil(self.per_second)
    }
}

const BAD_DEPTH: InvalidValue = InvalidValue("Enter a whole number from 1 to 100,000.");
const BAD_PER_SECOND: InvalidValue = InvalidValue("Enter a whole number from 1 to 10,000.");

fn number(raw: &str, max: u32) -> Option<u32> {
    raw.trim().parse().ok().filter(|n| (1..=max).contains(n))
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests per second, bursts up to {}",
            self.per_second, self.depth
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_limit_must_be_at_least_one_and_at_most_the_maximum() {
        assert!(RateLimit::new(1, 1).is_ok());
        assert!(RateLimit::new(RateLimit::MAX_DEPTH, RateLimit::MAX_PER_SECOND).is_ok());
        for (depth, per_second) in [(0, 1), (1, 0), (100_001, 1), (1, 10_001)] {
            assert!(RateLimit::new(depth, per_second).is_err());
        }
    }

    #[test]
    fn window_of_a_rate_limit_is_rounded_up() {
        assert_eq!(RateLimit::DEFAULT.window_seconds(), 10);
        assert_eq!(RateLimit::new(10, 3).unwrap().window_seconds(), 4);
    }
}
