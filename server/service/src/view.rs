//! Text forms of times.

use domain::Timestamp;
use serde::{Serialize, Serializer};
use std::fmt;
use std::io::Cursor;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

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
