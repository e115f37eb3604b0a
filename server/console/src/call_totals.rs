//! Sums of counted calls for a page.

use domain::{Outcome, PeriodCalls, RefusalCode, Timestamp};
use service::Zone;
use service::store::CountedCalls;
use std::collections::BTreeMap;
use web::words::time::write;

/// Sums the calls by period. `starts` are the beginnings of the periods, oldest first; each is
/// named by `format`, in the syntax of `strftime`.
pub fn by_period(
    starts: &[Timestamp],
    calls: &[CountedCalls],
    zone: &Zone,
    format: &str,
) -> Vec<PeriodCalls> {
    let mut tallies: Vec<_> = starts
        .iter()
        .map(|start| PeriodCalls {
            name: write(*start, zone, format),
            accepted: 0,
            refused: 0,
        })
        .collect();
    for call in calls {
        let index = starts.partition_point(|start| *start <= call.since);
        if let Some(period) = index
            .checked_sub(1)
            .and_then(|index| tallies.get_mut(index))
        {
            match call.outcome {
                Outcome::Accepted => period.accepted += call.calls,
                Outcome::Refused(_) => period.refused += call.calls,
            }
        }
    }
    tallies
}

/// Sums refused calls by reason, the most frequent first.
pub fn by_reason(calls: &[CountedCalls]) -> Vec<(RefusalCode, u64)> {
    let mut reasons: BTreeMap<RefusalCode, u64> = BTreeMap::new();
    for call in calls {
        if let Outcome::Refused(refusal) = call.outcome {
            *reasons.entry(refusal).or_default() += call.calls;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    // The sort is stable: equal counts stay in the order in which refusals are checked.
    reasons.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::seconds;

    fn calls(since: i64, outcome: Outcome, calls: u64) -> CountedCalls {
        CountedCalls {
            since: Timestamp::from_millis(since),
            outcome,
            calls,
        }
    }

    /// Returns the beginnings of `count` days, of which the last begins at `midnight`.
    fn days_until(midnight: i64, count: i64) -> Vec<Timestamp> {
        let midnight = Timestamp::from_millis(midnight);
        let days = (0..count).rev();
        days.map(|days| midnight.plus_seconds(-days * seconds::DAY))
            .collect()
    }

    #[test]
    fn calls_are_counted_by_day_in_the_accounts_time_zone() {
        // Midnight of 23 Nov 2026 in Kathmandu, which is 18:15 UTC of the day before.
        let midnight = 1_795_371_300_000;
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let days = days_until(midnight, 30);
        let limited = Outcome::Refused(RefusalCode::RateLimited);
        let tallies = by_period(
            &days,
            &[
                calls(midnight - 900_000, Outcome::Accepted, 2),
                calls(midnight, Outcome::Accepted, 3),
                calls(midnight, limited, 4),
            ],
            &zone,
            "%-d %b",
        );
        let [.., yesterday, today] = tallies.as_slice() else {
            panic!("too few days")
        };
        let day = |day: &PeriodCalls| (day.name.clone(), day.accepted, day.refused);
        assert_eq!(day(yesterday), ("22 Nov".into(), 2, 0));
        assert_eq!(day(today), ("23 Nov".into(), 3, 4));
        assert_eq!((tallies.len(), today.total()), (30, 7));
    }

    #[test]
    fn calls_before_the_first_day_are_not_counted() {
        let days = days_until(0, 2);
        let before = calls(days[0].millis() - 1, Outcome::Accepted, 9);
        let tallies = by_period(&days, &[before], &Zone::parse("UTC").unwrap(), "%-d %b");
        assert!(tallies.iter().all(|day| day.total() == 0));
    }

    #[test]
    fn most_frequent_refusal_reason_comes_first() {
        let refused = |refusal, count| calls(0, Outcome::Refused(refusal), count);
        let reasons = by_reason(&[
            refused(RefusalCode::InvalidBody, 2),
            calls(0, Outcome::Accepted, 100),
            refused(RefusalCode::RateLimited, 2),
            refused(RefusalCode::NotFound, 1),
            refused(RefusalCode::NotFound, 4),
        ]);
        let expected = [
            (RefusalCode::NotFound, 5),
            (RefusalCode::RateLimited, 2),
            (RefusalCode::InvalidBody, 2),
        ];
        assert_eq!(reasons, expected);
    }
}
