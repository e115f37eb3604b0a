//! The calls of today, and those of the same weekday a week ago up to the same time.

use crate::store::{CallSum, CountedCalls, quarter};
use crate::zone::Zone;
use domain::Timestamp;

/// The calls of today.
#[derive(Debug, PartialEq, Eq)]
pub struct Today {
    pub calls: CallSum,
    /// `None` if the account was not yet called a week ago, or if today has just begun.
    pub comparison: Option<Comparison>,
}

/// The calls of two days from midnight up to the same time of day. Calls are counted by quarters of
/// an hour, so both sides end with the last full quarter.
#[derive(Debug, PartialEq, Eq)]
pub struct Comparison {
    pub today: CallSum,
    pub week_ago: CallSum,
    /// The end of the compared part of the day a week ago.
    pub week_ago_until: Timestamp,
}

impl Today {
    /// `calls` reach back to the day a week ago at least, none of their intervals contains a
    /// midnight or one of [`comparison_ends`], and `first_call` is when a call of the account was
    /// first accepted.
    pub(super) fn new(
        calls: &[CountedCalls],
        first_call: Option<Timestamp>,
        now: Timestamp,
        zone: &Zone,
    ) -> Self {
        let midnight = zone.day_start(now);
        let [week_ago_until, until] = comparison_ends(now, zone);
        let is_comparable = until > midnight && first_call.is_some_and(|at| at < week_ago_until);
        let comparison = is_comparable.then(|| Comparison {
            today: sum(calls, midnight, until),
            week_ago: sum(calls, zone.day_start(week_ago_until), week_ago_until),
            week_ago_until,
        });
        Self {
            calls: sum(calls, midnight, Timestamp::from_millis(i64::MAX)),
            comparison,
        }
    }
}

/// Returns the ends of the compared parts of the day a week ago and of today.
pub(super) fn comparison_ends(now: Timestamp, zone: &Zone) -> [Timestamp; 2] {
    let until = quarter(now);
    [zone.week_before(until), until]
}

/// Sums up the calls of the intervals that begin within `[from, until)`.
fn sum(calls: &[CountedCalls], from: Timestamp, until: Timestamp) -> CallSum {
    let mut sum = CallSum::default();
    for call in calls {
        if (from..until).contains(&call.since) {
            sum.add(call.outcome, call.calls);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfc3339::parse_rfc3339;
    use domain::{Outcome, RefusalCode};

    fn at(text: &str) -> Timestamp {
        parse_rfc3339(text).unwrap()
    }

    fn accepted(since: &str, calls: u64) -> CountedCalls {
        CountedCalls {
            since: at(since),
            outcome: Outcome::Accepted,
            calls,
        }
    }

    const fn calls(accepted: u64, refused: u64) -> CallSum {
        CallSum { accepted, refused }
    }

    #[test]
    fn today_is_compared_up_to_the_same_quarter_of_the_same_weekday() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        // Midnight of 23 Nov in Kathmandu is 18:15 UTC; it is 11:16 there.
        let now = at("2026-11-23T05:31:07Z");
        let mut counted = vec![
            accepted("2026-11-15T18:00:00Z", 100),
            accepted("2026-11-15T18:15:00Z", 1),
            accepted("2026-11-16T05:15:00Z", 2),
            accepted("2026-11-16T05:30:00Z", 200),
            accepted("2026-11-22T18:00:00Z", 400),
            accepted("2026-11-22T18:15:00Z", 4),
            accepted("2026-11-23T05:30:00Z", 8),
        ];
        counted.push(CountedCalls {
            outcome: Outcome::Refused(RefusalCode::RateLimited),
            ..accepted("2026-11-23T05:15:00Z", 3)
        });
        let first = Some(at("2026-11-01T00:00:00Z"));
        let today = Today::new(&counted, first, now, &zone);
        assert_eq!(today.calls, calls(12, 3));
        let comparison = today.comparison.unwrap();
        assert_eq!(comparison.today, calls(4, 3));
        assert_eq!(comparison.week_ago, calls(3, 0));
        assert_eq!(comparison.week_ago_until, at("2026-11-16T05:30:00Z"));
    }

    #[test]
    fn today_is_not_compared_with_a_time_before_the_first_call_or_in_its_first_quarter() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let is_compared = |now: &str, first: Option<&str>| {
            let today = Today::new(&[], first.map(at), at(now), &zone);
            today.comparison.is_some()
        };
        let first = Some("2026-11-16T08:00:00Z");
        assert!(is_compared("2026-11-23T09:00:00Z", first));
        assert!(!is_compared("2026-11-23T08:00:00Z", first));
        assert!(!is_compared("2026-11-23T09:00:00Z", None));
        let midnight = "2026-11-22T23:00:00Z";
        assert!(!is_compared(midnight, Some("2026-11-01T00:00:00Z")));
        assert!(is_compared(
            "2026-11-22T23:15:00Z",
            Some("2026-11-01T00:00:00Z")
        ));
    }

    #[test]
    fn same_time_a_week_ago_is_that_of_the_local_clocks() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        // Clocks went back on 25 Oct 2026: 10:00 is 09:00 UTC, and was 08:00 UTC a week before.
        let now = at("2026-10-26T09:00:00Z");
        let first = Some(at("2026-10-01T00:00:00Z"));
        let comparison = Today::new(&[], first, now, &zone).comparison.unwrap();
        assert_eq!(comparison.week_ago_until, at("2026-10-19T08:00:00Z"));
    }
}
