//! Text forms of times.

use domain::Timestamp;
use serde::{Serialize, Serializer};
use std::fmt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Writes a time in UTC, in whole seconds: `2026-11-23T05:31:07Z`.
///
/// # Panics
/// Never: every time is clamped to the years that the form can express.
pub fn rfc3339(at: Timestamp) -> String {
    Rfc3339Time(at).to_string()
}

/// Time that is written like that of [`rfc3339`], without an allocation.
pub struct Rfc3339Time(pub Timestamp);

impl Rfc3339Time {
    /// Returns the characters of the time. The formatter of the crate `time` takes several times as
    /// many instructions, and most responses of the API contain times.
    fn characters(&self) -> [u8; 20] {
        let at = calendar(self.0);
        let (year, month, day) = at.to_calendar_date();
        let two_digits = |number: i32| u8::try_from(number).expect("less than 100");
        let numbers = [
            (0, two_digits(year / 100)),
            (2, two_digits(year % 100)),
            (5, u8::from(month)),
            (8, day),
            (11, at.hour()),
            (14, at.minute()),
            (17, at.second()),
        ];
        let mut characters = *b"0000-00-00T00:00:00Z";
        for (place, number) in numbers {
            characters[place] += number / 10;
            characters[place + 1] += number % 10;
        }
        characters
    }
}

impl fmt::Display for Rfc3339Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(&self.characters()))
    }
}

impl Serialize for Rfc3339Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text(&self.characters()))
    }
}

fn text(characters: &[u8; 20]) -> &str {
    str::from_utf8(characters).expect("digits are text")
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
    fn time_has_the_text_that_the_general_formatter_writes() {
        let formatted = |at: Timestamp| calendar(at).format(&Rfc3339).unwrap();
        // Steps of about 37 days through all years, which end at another time of the day each.
        let steps = (-62_167_219_200_000..253_402_300_800_000_i64).step_by(3_214_159_267);
        for at in steps.map(Timestamp::from_millis) {
            assert_eq!(rfc3339(at), formatted(at));
        }
        for (millis, text) in [
            (i64::MIN, "0000-01-01T00:00:00Z"),
            (-62_167_219_200_001, "0000-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (0, "1970-01-01T00:00:00Z"),
            (1_709_164_800_999, "2024-02-29T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            let at = Timestamp::from_millis(millis);
            assert_eq!(rfc3339(at), text);
            assert_eq!(rfc3339(at), formatted(at));
            let json = serde_json::to_string(&Rfc3339Time(at)).unwrap();
            assert_eq!(json, format!("\"{text}\""));
        }
    }
}
