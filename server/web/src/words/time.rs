//! Times as a member reads them: in the time zone of the account.

use domain::{DisplayTime, Timestamp};
use service::{Zone, rfc3339};

const EXACT: &str = "%-d %b %Y, %H:%M:%S %Z";
const DAY: &str = "%-d %b %Y";
const MINUTE: &str = "%-d %b %Y, %H:%M %Z";

/// Returns a time with the texts that a page shows for it.
pub fn display_time(at: Timestamp, zone: &Zone) -> DisplayTime {
    DisplayTime {
        at,
        iso: rfc3339(at),
        exact: write(at, zone, EXACT),
        short: write(at, zone, DAY),
    }
}

/// Returns the last moment at which a key works that expires at `end`.
pub fn last_moment(end: Timestamp) -> Timestamp {
    Timestamp::from_millis(end.millis().saturating_sub(1))
}

/// Returns an expiry with its texts. The short one is the last day before it: a key that expires at
/// midnight works until the end of the day before. For an expiry at another time, it contains that
/// time as well.
pub fn display_expiry(end: Timestamp, zone: &Zone) -> DisplayTime {
    DisplayTime {
        short: write_expiry(end, zone, MINUTE),
        ..display_time(end, zone)
    }
}

/// Describes an expiry as [`display_expiry`] does, to the second.
pub fn expiry_words(end: Timestamp, zone: &Zone) -> String {
    write_expiry(end, zone, EXACT)
}

/// Returns whether a key that expires at `end` works until the end of a day.
pub fn is_end_of_day(end: Timestamp, zone: &Zone) -> bool {
    zone.end_of_day(&zone.last_day(end)) == Some(end)
}

/// Returns the last day of a key that works until the end of a day, and otherwise its expiry in
/// this format.
fn write_expiry(end: Timestamp, zone: &Zone, format: &str) -> String {
    if is_end_of_day(end, zone) {
        write(last_moment(end), zone, DAY)
    } else {
        write(end, zone, format)
    }
}

/// Formats a time, in the syntax of `strftime`.
pub fn write(at: Timestamp, zone: &Zone, format: &str) -> String {
    zone.zoned(at).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_formatted_in_the_readers_time_zone_and_in_utc_for_programs() {
        let at = Timestamp::from_millis(1_795_411_867_999);
        for (zone, exact, day) in [
            ("UTC", "23 Nov 2026, 05:31:07 UTC", "23 Nov 2026"),
            ("Europe/Berlin", "23 Nov 2026, 06:31:07 CET", "23 Nov 2026"),
            (
                "America/New_York",
                "23 Nov 2026, 00:31:07 EST",
                "23 Nov 2026",
            ),
            (
                "America/Los_Angeles",
                "22 Nov 2026, 21:31:07 PST",
                "22 Nov 2026",
            ),
            ("Asia/Dubai", "23 Nov 2026, 09:31:07 +04", "23 Nov 2026"),
        ] {
            let display_time = display_time(at, &Zone::parse(zone).unwrap());
            assert_eq!(display_time.iso, "2026-11-23T05:31:07Z");
            assert_eq!(
                (display_time.exact.as_str(), display_time.short.as_str()),
                (exact, day)
            );
        }
    }

    #[test]
    fn expiry_at_midnight_is_described_by_the_day_before() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let midnight = zone.end_of_day("2027-05-29").unwrap();
        assert_eq!(expiry_words(midnight, &zone), "29 May 2027");
        assert_eq!(display_expiry(midnight, &zone).short, "29 May 2027");
    }

    #[test]
    fn expiry_within_a_day_is_described_with_its_time() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let later = zone.end_of_day("2027-05-29").unwrap().plus_seconds(61);
        assert_eq!(expiry_words(later, &zone), "30 May 2027, 00:01:01 CEST");
        assert_eq!(
            display_expiry(later, &zone).short,
            "30 May 2027, 00:01 CEST"
        );
    }

    #[test]
    fn extreme_timestamps_are_clamped_instead_of_panicking() {
        let zone = Zone::parse("Pacific/Apia").unwrap();
        let iso = |millis| display_time(Timestamp::from_millis(millis), &zone).iso;
        assert_eq!(iso(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(iso(i64::MIN), "0000-01-01T00:00:00Z");
    }
}
