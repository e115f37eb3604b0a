//! How times are written.

use domain::{Moment, Timestamp};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const EXACT: &[BorrowedFormatItem<'static>] = format_description!(
    "[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC"
);
const DAY: &[BorrowedFormatItem<'static>] =
    format_description!("[day padding:none] [month repr:short] [year]");

/// A time with the texts that a page shows for it.
pub fn moment(at: Timestamp) -> Moment {
    let date = calendar(at);
    let write = |format| {
        date.format(format)
            .expect("a UTC time has every component of these formats")
    };
    Moment {
        at,
        iso: rfc3339(at),
        exact: write(EXACT),
        day: write(DAY),
    }
}

/// In UTC, whole seconds: `2026-11-23T05:31:07Z`.
///
/// # Panics
/// Never: every time is clamped to the years that the form can write.
pub fn rfc3339(at: Timestamp) -> String {
    calendar(at)
        .format(&Rfc3339)
        .expect("a UTC time between the years 0 and 9999 has an RFC 3339 form")
}

/// From RFC 3339 with any offset; `None` for other texts.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let date = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let millis = i64::try_from(date.unix_timestamp_nanos().div_euclid(1_000_000)).ok()?;
    Some(Timestamp::from_millis(millis))
}

/// Clamped to the years that RFC 3339 can write.
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
    fn a_moment_is_written_in_utc() {
        let moment = moment(Timestamp::from_millis(1_795_411_867_999));
        assert_eq!(moment.iso, "2026-11-23T05:31:07Z");
        assert_eq!(moment.exact, "23 Nov 2026, 05:31:07 UTC");
        assert_eq!(moment.day, "23 Nov 2026");
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        assert_eq!(
            moment(Timestamp::from_millis(i64::MAX)).iso,
            "9999-12-31T23:59:59Z"
        );
        assert_eq!(
            moment(Timestamp::from_millis(i64::MIN)).iso,
            "0000-01-01T00:00:00Z"
        );
    }
}
