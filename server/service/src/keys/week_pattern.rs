//! The calls of a key by hour of the week.

use crate::store::{CallSum, CountedCalls};
use crate::zone::Zone;
use domain::Timestamp;

/// Days that a pattern covers, including today: four of each weekday.
pub(super) const PATTERN_DAYS: u16 = 28;

/// The calls of the last four weeks by hour of the week, on the clocks of the account's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekPattern {
    /// The days from Monday to Sunday, each with its 24 hours.
    pub days: [[CallSum; 24]; 7],
}

impl WeekPattern {
    /// Sums up the calls of the quarters of an hour that begin at `since` or later.
    pub(super) fn new(calls: &[CountedCalls], since: Timestamp, zone: &Zone) -> Self {
        let mut days = [[CallSum::default(); 24]; 7];
        for call in calls.iter().filter(|call| call.since >= since) {
            let (day, hour) = zone.hour_of_week(call.since);
            if let Some(sum) = days.get_mut(day).and_then(|hours| hours.get_mut(hour)) {
                sum.add(call.outcome, call.calls);
            }
        }
        Self { days }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfc3339::parse_rfc3339;
    use domain::{Outcome, RefusalCode};

    #[test]
    fn calls_are_summed_by_local_weekday_and_hour() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let calls = |since: &str, outcome, calls| CountedCalls {
            since: parse_rfc3339(since).unwrap(),
            outcome,
            calls,
        };
        let limited = Outcome::Refused(RefusalCode::RateLimited);
        let calls = [
            calls("2026-11-08T18:15:00Z", Outcome::Accepted, 100),
            // Monday begins at 18:15 UTC of Sunday.
            calls("2026-11-15T18:00:00Z", Outcome::Accepted, 1),
            calls("2026-11-15T18:15:00Z", Outcome::Accepted, 2),
            calls("2026-11-22T19:00:00Z", limited, 3),
            calls("2026-11-22T19:15:00Z", Outcome::Accepted, 4),
        ];
        let since = parse_rfc3339("2026-11-09T18:15:00Z").unwrap();
        let WeekPattern { mut days } = WeekPattern::new(&calls, since, &zone);
        let mut take = |day: usize, hour: usize| {
            let sum = std::mem::take(&mut days[day][hour]);
            (sum.accepted, sum.refused)
        };
        assert_eq!(take(6, 23), (1, 0), "Sunday");
        assert_eq!(take(0, 0), (2, 3), "Monday");
        assert_eq!(take(0, 1), (4, 0));
        assert_eq!(days, [[CallSum::default(); 24]; 7]);
    }
}
