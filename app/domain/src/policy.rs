//! The account's policy for the lifetime of its keys.

use crate::InvalidValue;
use serde::{Deserialize, Serialize};

/// Policy for key expiry. A change applies to keys that are created, and to expiry dates that are
/// set, after it.
///
/// # Examples
/// ```
/// use domain::KeyPolicy;
/// let policy = KeyPolicy::new(false, Some(90)).unwrap();
/// assert!(policy.must_expire());
/// assert!(KeyPolicy::new(true, Some(0)).is_err());
/// assert_eq!(KeyPolicy::parse_days(""), Ok(None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyPolicy {
    must_expire: bool,
    max_days: Option<u32>,
}

impl KeyPolicy {
    pub const MAX_DAYS: u32 = 3_650;

    /// Creates a policy. `max_days` is the maximum number of days between a key's creation and its
    /// expiry. If it is set, keys must expire, since a key without expiry would exceed any maximum.
    ///
    /// # Errors
    /// `max_days` is outside 1 to [`Self::MAX_DAYS`].
    pub const fn new(must_expire: bool, max_days: Option<u32>) -> Result<Self, InvalidValue> {
        if let Some(days) = max_days
            && (days == 0 || days > Self::MAX_DAYS)
        {
            return Err(BAD_DAYS);
        }
        Ok(Self {
            must_expire: must_expire || max_days.is_some(),
            max_days,
        })
    }

    /// Parses a maximum lifetime in days; blank means no limit.
    ///
    /// # Errors
    /// The text is not a whole number from 1 to [`Self::MAX_DAYS`].
    pub fn parse_days(raw: &str) -> Result<Option<u32>, InvalidValue> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Ok(None);
        }
        let days = raw.parse().ok();
        let days = days.filter(|days| (1..=Self::MAX_DAYS).contains(days));
        days.map(Some).ok_or(BAD_DAYS)
    }

    pub const fn must_expire(self) -> bool {
        self.must_expire
    }

    pub const fn max_days(self) -> Option<u32> {
        self.max_days
    }
}

const BAD_DAYS: InvalidValue =
    InvalidValue("Enter a whole number from 1 to 3,650, or leave this empty.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maximum_days_are_a_whole_number_in_range_or_blank() {
        assert_eq!(KeyPolicy::parse_days(" "), Ok(None));
        assert_eq!(KeyPolicy::parse_days(" 3650 "), Ok(Some(3_650)));
        for bad in ["0", "3651", "-1", "1.5", "a year"] {
            assert!(KeyPolicy::parse_days(bad).is_err(), "{bad}");
        }
        assert!(KeyPolicy::new(false, Some(0)).is_err());
        assert!(KeyPolicy::new(false, Some(3_651)).is_err());
    }

    #[test]
    fn key_must_expire_if_its_lifetime_is_limited() {
        assert!(KeyPolicy::new(false, Some(90)).unwrap().must_expire());
        assert!(!KeyPolicy::new(false, None).unwrap().must_expire());
    }
}
