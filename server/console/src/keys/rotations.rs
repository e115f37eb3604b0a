//! Rotations of a key, as its page shows them.

use super::key_view::last_use;
use crate::call_totals::by_period;
use domain::{KeyLink, OverlapStep, RotationView, Timestamp};
use service::Zone;
use service::keys::{CurrentKey, Overlap, Rotations};
use service::store::{CountedCalls, KeyRecord};
use web::words::time::{display_expiry, display_time};

/// Returns the rotations of a key.
pub fn rotations(rotations: Rotations, key: &CurrentKey, zone: &Zone) -> RotationView {
    let replaced = rotations.newer.zip(key.record.replaced.as_ref());
    RotationView {
        replaces: rotations.older.map(|older| link(older, key.at)),
        replaced_by: replaced.map(|(newer, own)| (link(newer, key.at), display_time(own.at, zone))),
        overlap: rotations.overlap.map(|pair| overlap(pair, key.at, zone)),
    }
}

fn overlap(pair: Overlap, now: Timestamp, zone: &Zone) -> domain::Overlap {
    domain::Overlap {
        steps: steps(
            &pair.starts,
            &pair.old_calls,
            &pair.new_calls,
            pair.hourly,
            zone,
        ),
        since: display_time(pair.new.created_at, zone),
        end: pair.old.expires_at.map(|end| display_expiry(end, zone)),
        old: link(pair.old, now),
        new: link(pair.new, now),
        hourly: pair.hourly,
        late: pair.late,
        last_old_use: pair.last_old_use.map(|last| last_use(last, zone)),
    }
}

/// Returns a key as pages link to it.
pub fn link(key: KeyRecord, now: Timestamp) -> KeyLink {
    KeyLink {
        status: key.status(now),
        id: key.id,
        name: key.name,
        preview: key.preview,
    }
}

/// Returns the calls of both keys by hour or day. Refused calls count, because their caller is
/// still active.
fn steps(
    begins: &[Timestamp],
    old: &[CountedCalls],
    new: &[CountedCalls],
    hourly: bool,
    zone: &Zone,
) -> Vec<OverlapStep> {
    let format = if hourly { "%-d %b, %H:%M" } else { "%-d %b" };
    let by_period = |calls| by_period(begins, calls, zone, format);
    let pairs = by_period(old).into_iter().zip(by_period(new));
    let steps = pairs.map(|(old, new)| OverlapStep {
        old: old.total(),
        new: new.total(),
        name: old.name,
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Outcome, RefusalCode, seconds};

    #[test]
    fn calls_of_both_keys_are_counted_by_hour_or_by_day() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let calls = |since: Timestamp, outcome, calls| CountedCalls {
            since,
            outcome,
            calls,
        };
        // 11:00 on 23 Nov 2026 in Kathmandu.
        let at = Timestamp::from_millis(1_795_410_900_000);
        let begins = [-1, 0, 1].map(|hours| at.plus_seconds(hours * seconds::HOUR));
        let limited = Outcome::Refused(RefusalCode::RateLimited);
        let old = [
            calls(begins[0], Outcome::Accepted, 7),
            calls(at, Outcome::Accepted, 2),
            calls(at, limited, 1),
        ];
        let new = [calls(at, Outcome::Accepted, 4)];
        let counted = |begins: &[Timestamp], hourly| -> Vec<_> {
            let steps = steps(begins, &old, &new, hourly, &zone).into_iter();
            steps.map(|step| (step.name, step.old, step.new)).collect()
        };
        let expected = [
            ("23 Nov, 10:00".to_owned(), 7, 0),
            ("23 Nov, 11:00".to_owned(), 3, 4),
            ("23 Nov, 12:00".to_owned(), 0, 0),
        ];
        assert_eq!(counted(&begins, true), expected);
        let midnights = [-35, -11].map(|hours| at.plus_seconds(hours * seconds::HOUR));
        let expected = [("22 Nov".to_owned(), 0, 0), ("23 Nov".to_owned(), 10, 4)];
        assert_eq!(counted(&midnights, false), expected);
    }
}
