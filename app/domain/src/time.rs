//! Points in time.

use serde::{Deserialize, Serialize};

/// Units of time in seconds.
pub mod seconds {
    pub const HOUR: i64 = 3_600;
    /// A day of 24 hours. A day in a time zone may be longer or shorter.
    pub const DAY: i64 = 24 * HOUR;
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns this time moved by whole seconds. The result saturates at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }
}

/// A time as a page shows it.
///
/// The server formats the texts, so that the browser needs no calendar and both sides render the
/// same characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplayTime {
    pub at: Timestamp,
    /// RFC 3339 in UTC with whole seconds, for `<time datetime>`.
    pub iso: String,
    /// Full text in the account's time zone, such as `23 Nov 2026, 05:31:07 UTC`.
    pub exact: String,
    /// Short text in the account's time zone: the day alone, such as `23 Nov 2026`. For an expiry
    /// that is not at the end of a day, it also contains the minute: `23 Nov 2026, 05:31 UTC`.
    pub short: String,
}

impl DisplayTime {
    /// Returns the time of day with its zone, such as `05:31:07 UTC`.
    pub fn time_of_day(&self) -> &str {
        let parts = self.exact.split_once(", ");
        parts.map_or(&*self.exact, |(_, time)| time)
    }

    /// Returns the hour and minute, such as `05:31`.
    pub fn minute(&self) -> &str {
        let time = self.time_of_day();
        time.get(..5).unwrap_or(time)
    }
}

/// Describes `then` relative to `now`: "3 minutes ago", "in 2 days".
///
/// Months count 30 days and years 365 days. Beyond a month, readers do not expect precision from
/// these words, and pages show the exact time beside them.
///
/// # Examples
/// ```
/// use domain::{Timestamp, relative};
/// let now = Timestamp::from_millis(1_700_000_000_000);
/// assert_eq!(relative(now.plus_seconds(-180), now), "3 minutes ago");
/// assert_eq!(relative(now.plus_seconds(2 * 86_400), now), "in 2 days");
/// ```
pub fn relative(then: Timestamp, now: Timestamp) -> String {
    match largest_unit(then, now) {
        Some((count, unit)) => {
            let plural = if count.abs() == 1 { "" } else { "s" };
            in_words(count, &format!("{}{plural}", unit.name))
        }
        None => "just now".to_owned(),
    }
}

/// Describes `then` relative to `now` as [`relative`] does, for a narrow column: "3 min ago", "in
/// 2 d".
///
/// # Examples
/// ```
/// use domain::{Timestamp, relative_in_short};
/// let now = Timestamp::from_millis(1_700_000_000_000);
/// assert_eq!(relative_in_short(now.plus_seconds(-180), now), "3 min ago");
/// assert_eq!(relative_in_short(now.plus_seconds(2 * 86_400), now), "in 2 d");
/// ```
pub fn relative_in_short(then: Timestamp, now: Timestamp) -> String {
    largest_unit(then, now).map_or_else(
        || "just now".to_owned(),
        |(count, unit)| in_words(count, unit.short),
    )
}

struct Unit {
    seconds: i64,
    name: &'static str,
    short: &'static str,
}

const UNITS: [Unit; 6] = [
    unit(365 * seconds::DAY, "year", "yr"),
    unit(30 * seconds::DAY, "month", "mo"),
    unit(seconds::DAY, "day", "d"),
    unit(seconds::HOUR, "hour", "h"),
    unit(60, "minute", "min"),
    unit(1, "second", "s"),
];

const fn unit(seconds: i64, name: &'static str, short: &'static str) -> Unit {
    Unit {
        seconds,
        name,
        short,
    }
}

/// Returns the largest unit that fits into the time between the two, and how often it does. The
/// number is negative for a time in the future. `None` for less than a second.
///
/// Past times are rounded down, as an age is. Future times are rounded to the nearest number, so
/// that "90 days" is three months right after it was chosen, and not two.
fn largest_unit(then: Timestamp, now: Timestamp) -> Option<(i64, &'static Unit)> {
    let elapsed = now.0.saturating_sub(then.0) / 1000;
    let is_future = elapsed < 0;
    let half = |seconds| if is_future { seconds / 2 } else { 0 };
    // A unit also fits if the time rounds to it in the next smaller unit: 23 hours and 59 minutes
    // are a day.
    let mut units = UNITS.iter().enumerate();
    let (_, unit) = units.find(|(place, unit)| {
        let smaller = UNITS.get(place + 1).map_or(0, |smaller| smaller.seconds);
        elapsed.abs() + half(smaller) >= unit.seconds
    })?;
    let count = (elapsed.abs() + half(unit.seconds)) / unit.seconds;
    Some((if is_future { -count } else { count }, unit))
}

fn in_words(count: i64, unit: &str) -> String {
    if count > 0 {
        format!("{count} {unit} ago")
    } else {
        format!("in {} {unit}", count.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(seconds_ago: i64) -> String {
        let now = Timestamp::from_millis(1_700_000_000_000);
        relative(now.plus_seconds(-seconds_ago), now)
    }

    #[test]
    fn relative_time_uses_the_largest_whole_unit() {
        assert_eq!(seen(0), "just now");
        assert_eq!(seen(1), "1 second ago");
        assert_eq!(seen(59), "59 seconds ago");
        assert_eq!(seen(3_599), "59 minutes ago");
        assert_eq!(seen(86_400), "1 day ago");
        assert_eq!(seen(400 * 86_400), "1 year ago");
        assert_eq!(seen(-2 * 86_400), "in 2 days");
    }

    #[test]
    fn future_time_is_rounded_to_the_nearest_number_and_past_time_down() {
        const HOUR: i64 = seconds::HOUR;
        const DAY: i64 = seconds::DAY;
        // The first five are choices of forms, shortly after they were made.
        for (seconds, future, past) in [
            (72 * HOUR - 1, "in 3 days", "2 days ago"),
            (7 * DAY - 60, "in 7 days", "6 days ago"),
            (30 * DAY - 60, "in 1 month", "29 days ago"),
            (90 * DAY - 60, "in 3 months", "2 months ago"),
            (365 * DAY - 60, "in 1 year", "12 months ago"),
            (1, "in 1 second", "1 second ago"),
            (59, "in 59 seconds", "59 seconds ago"),
            (89, "in 1 minute", "1 minute ago"),
            (90, "in 2 minutes", "1 minute ago"),
            (HOUR - 30, "in 1 hour", "59 minutes ago"),
            (23 * HOUR, "in 23 hours", "23 hours ago"),
            (24 * HOUR - 1, "in 1 day", "23 hours ago"),
            (36 * HOUR - 1, "in 1 day", "1 day ago"),
            (36 * HOUR, "in 2 days", "1 day ago"),
            (29 * DAY, "in 29 days", "29 days ago"),
            (44 * DAY, "in 1 month", "1 month ago"),
            (45 * DAY, "in 2 months", "1 month ago"),
            (340 * DAY, "in 11 months", "11 months ago"),
            (730 * DAY, "in 2 years", "2 years ago"),
        ] {
            assert_eq!(seen(-seconds), future);
            assert_eq!(seen(seconds), past);
        }
    }
}
