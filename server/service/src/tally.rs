//! Sums of counted calls for a page.

use crate::store::CountedCalls;
use crate::zone::Zone;
use domain::{DayCalls, Outcome, RefusalCode, Timestamp};
use std::collections::BTreeMap;

/// Sums the calls by period. `begins` are the beginnings of the periods, oldest first; each is
/// named by `format`, in the syntax of [`jiff::fmt::strtime`].
pub fn by_stretch(
    begins: &[Timestamp],
    calls: &[CountedCalls],
    zone: &Zone,
    format: &str,
) -> Vec<DayCalls> {
    let mut told: Vec<_> = begins
        .iter()
        .map(|begin| DayCalls {
            name: zone.write(*begin, format),
            accepted: 0,
            refused: 0,
        })
        .collect();
    for call in calls {
        let index = begins.partition_point(|begin| *begin <= call.since);
        if let Some(tally) = index.checked_sub(1).and_then(|index| told.get_mut(index)) {
            match call.outcome {
                Outcome::Accepted => tally.accepted += call.calls,
                Outcome::Refused(_) => tally.refused += call.calls,
            }
        }
    }
    told
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

    fn calls(since: i64, outcome: Outcome, calls: u64) -> CountedCalls {
        CountedCalls {
            since: Timestamp::from_millis(since),
            outcome,
            calls,
        }
    }

    #[test]
    fn calls_are_counted_by_day_in_the_accounts_time_zone() {
        // Midnight of 23 Nov 2026 in Kathmandu, which is 18:15 UTC of the day before.
        let midnight = 1_795_371_300_000;
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let days = zone.days(Timestamp::from_millis(midnight + 1), 30);
        let limited = Outcome::Refused(RefusalCode::RateLimited);
        let told = by_stretch(
            &days,
            &[
                calls(midnight - 900_000, Outcome::Accepted, 2),
                calls(midnight, Outcome::Accepted, 3),
                calls(midnight, limited, 4),
            ],
            &zone,
            "%-d %b",
        );
        let [.., yesterday, today] = told.as_slice() else {
            panic!("too few days")
        };
        let day = |day: &DayCalls| (day.name.clone(), day.accepted, day.refused);
        assert_eq!(day(yesterday), ("22 Nov".into(), 2, 0));
        assert_eq!(day(today), ("23 Nov".into(), 3, 4));
        assert_eq!((told.len(), today.total()), (30, 7));
    }

    #[test]
    fn calls_before_the_first_day_are_not_counted() {
        let days = Zone::parse("UTC")
            .unwrap()
            .days(Timestamp::from_millis(0), 2);
        let before = calls(days[0].millis() - 1, Outcome::Accepted, 9);
        let told = by_stretch(&days, &[before], &Zone::parse("UTC").unwrap(), "%-d %b");
        assert!(told.iter().all(|day| day.total() == 0));
    }

    #[test]
    fn most_frequent_refusal_reason_comes_first() {
        let refused = |refusal, count| calls(0, Outcome::Refused(refusal), count);
        let told = by_reason(&[
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
        assert_eq!(told, expected);
    }
}
