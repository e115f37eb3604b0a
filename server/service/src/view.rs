//! Text forms of times.

use crate::zone::Zone;
use domain::{Moment, Timestamp};
use serde::{Serialize, Serializer};
use std::fmt;
use std::io::Cursor;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const EXACT: &str = "%-d %b %Y, %H:%M:%S %Z";
const DAY: &str = "%-d %b %Y";

/// Returns a time with the texts that a page shows for it, in the time zone of its reader.
pub fn moment(at: Timestamp, zone: &Zone) -> Moment {
    Moment {
        at,
        iso: rfc3339(at),
        exact: zone.write(at, EXACT),
        day: zone.write(at, DAY),
    }
}

/// Writes a time in UTC, in whole seconds: `2026-11-23T05:31:07Z`.
///
/// # Panics
/// Never: every time is clamped to the years that the form can express.
pub fn rfc3339(at: Timestamp) -> String {
    Rfc3339Time(at).to_string()
}

/// Time that is written like that of [`rfc3339`], without an allocation of its own.
pub struct Rfc3339Time(pub Timestamp);

impl fmt::Display for Rfc3339Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The form is shorter, since its fraction of a second is left out.
        let mut written = Cursor::new([0; 32]);
        let length = calendar(self.0).format_into(&mut written, &Rfc3339);
        let length = length.map_err(|_| fmt::Error)?;
        let text = str::from_utf8(&written.get_ref()[..length]).map_err(|_| fmt::Error)?;
        f.write_str(text)
    }
}

impl Serialize for Rfc3339Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Parses RFC 3339 with any offset; `None` for other texts.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let date = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let millis = i64::try_from(date.unix_timestamp_nanos().div_euclid(1_000_000)).ok()?;
    Some(Timestamp::from_millis(millis))
}

/// Clamps a time to the years that RFC 3339 can express.
fn calendar(at: Timestamp) -> OffsetDateTime {
    const FIRST: i64 = -62_167_219_200;
    const LAST: i64 = 253_402_300_799;
    let seconds = at.millis().div_euclid(1000).clamp(FIRST, LAST);
    OffsetDateTime::from_unix_timestamp(seconds).expect("clamped to the calendar's range")
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
            let moment = moment(at, &Zone::parse(zone).unwrap());
            assert_eq!(moment.iso, "2026-11-23T05:31:07Z");
            assert_eq!((moment.exact.as_str(), moment.day.as_str()), (exact, day));
        }
    }

    #[test]
    fn extreme_timestamps_are_clamped_instead_of_panicking() {
        let zone = Zone::parse("Pacific/Apia").unwrap();
        let iso = |millis| moment(Timestamp::from_millis(millis), &zone).iso;
        assert_eq!(iso(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(iso(i64::MIN), "0000-01-01T00:00:00Z");
    }
}
