//! Small charts of the calls with each key of a page of the list.

use super::words;
use domain::{KeyId, Sparkline, Timestamp};
use service::keys::WeekOfCalls;
use service::store::DailyCalls;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Units of the chart: the height, the height of a pixel, the distance between the middles of two
/// bars, and half the width of a bar.
const HEIGHT: u64 = 40;
const PIXEL: u64 = 2;
const STEP: usize = 14;
const HALF_BAR: usize = 5;
/// A bar has at least this height, so that a single call is visible.
const MIN_BAR: u64 = 4;
/// Minimum number of calls that fills the height, so that the bars of a quiet key stay low.
const MIN_SCALE: u64 = 20;

/// Draws the calls of each of these keys, in this order.
pub fn sparklines(keys: &[KeyId], week: &WeekOfCalls) -> Vec<Sparkline> {
    let by_key = week.calls.chunk_by(|one, next| one.key_id == next.key_id);
    let by_key: HashMap<_, _> = by_key.map(|calls| (&calls[0].key_id, calls)).collect();
    let calls_of = |key| by_key.get(key).copied().unwrap_or_default();
    let drawn = keys.iter().map(|key| draw(calls_of(key), &week.days));
    drawn.collect()
}

/// Draws the calls of one key. Its busiest day fills the height. Both paths have a bar from the
/// bottom, and bars end at a whole pixel, so that few texts differ and compression works well.
fn draw(calls: &[DailyCalls], days: &[Timestamp]) -> Sparkline {
    let total = |day: &DailyCalls| day.accepted.saturating_add(day.refused);
    let top = calls.iter().map(total).max().unwrap_or_default();
    let height = |calls: u64| match calls {
        0 => 0,
        calls => {
            let pixels = u128::from(HEIGHT / PIXEL);
            let share = u128::from(calls) * pixels / u128::from(top.max(MIN_SCALE));
            // The share is at most the whole.
            u64::try_from(share).map_or(HEIGHT, |share| (share * PIXEL).max(MIN_BAR))
        }
    };
    let (mut accepted, mut refused) = (String::new(), String::new());
    for day in calls {
        let index = days.partition_point(|start| *start < day.day);
        let x = HALF_BAR + index * STEP;
        let (below, above) = (height(day.accepted), height(day.refused));
        let below = below.min(HEIGHT - above);
        bar(&mut accepted, x, below);
        if above > 0 {
            bar(&mut refused, x, below + above);
        }
    }
    let sum = |calls_of: fn(&DailyCalls) -> u64| {
        let sum = calls.iter().map(calls_of).reduce(u64::saturating_add);
        sum.unwrap_or_default()
    };
    Sparkline {
        accepted,
        refused,
        text: words::week_of_calls(sum(|day| day.accepted), sum(|day| day.refused)),
    }
}

/// Adds a vertical line from the bottom upwards.
fn bar(path: &mut String, x: usize, height: u64) {
    if height > 0 {
        write!(path, "M{x} {HEIGHT}v-{height}").expect("a text can always grow");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(calls: &[(&str, usize, u64, u64)]) -> WeekOfCalls {
        let days: Vec<_> = (0..7).map(Timestamp::from_millis).collect();
        let calls = calls
            .iter()
            .map(|(key, day, accepted, refused)| DailyCalls {
                key_id: KeyId::parse(key).unwrap(),
                day: days[*day],
                accepted: *accepted,
                refused: *refused,
            });
        WeekOfCalls {
            calls: calls.collect(),
            days,
        }
    }

    #[test]
    fn busiest_day_fills_the_height_and_refused_calls_are_behind_accepted_ones() {
        let keys = ["a", "b", "c"].map(|key| KeyId::parse(key).unwrap());
        let calls = [
            ("a", 0, 100, 0),
            ("a", 5, 25, 25),
            ("a", 6, 0, 1),
            ("b", 3, 1, 0),
        ];
        let drawn = sparklines(&keys, &week(&calls));
        assert_eq!(drawn.len(), 3);
        assert_eq!(drawn[0].accepted, "M5 40v-40M75 40v-10");
        assert_eq!(drawn[0].refused, "M75 40v-20M89 40v-4");
        assert_eq!(drawn[0].text, "151 requests in 7 days, 26 rejected");
        assert_eq!(
            drawn[1].accepted, "M47 40v-4",
            "one call does not look like many"
        );
        assert_eq!(drawn[1].text, "1 request in 7 days");
        assert_eq!(drawn[2].accepted, "");
        assert_eq!(drawn[2].text, "No requests in 7 days");
    }

    #[test]
    fn bars_never_exceed_the_height() {
        let keys = [KeyId::parse("a").unwrap()];
        let week = week(&[("a", 0, u64::MAX, 1), ("a", 1, 1, u64::MAX - 1)]);
        let drawn = sparklines(&keys, &week);
        assert_eq!(drawn[0].accepted, "M5 40v-36M19 40v-2");
        assert_eq!(drawn[0].refused, "M5 40v-40M19 40v-40");
    }
}
