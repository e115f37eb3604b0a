//! The most important figures of the Dashboard.

use super::words;
use domain::{KeyCount, KeyCounts, KeyQuery, KeyStatus, Tile, TileTone, number};
use service::{Today, Zone};

/// Returns the figures, each with a comparison or with its parts.
pub fn tiles(today: &Today, keys: KeyCounts, zone: &Zone) -> Vec<Tile> {
    let rate = words::rate(today.calls);
    let tile = |label: &str, value: String, note: String| Tile {
        label: label.to_owned(),
        value,
        note,
        tone: TileTone::Plain,
        href: None,
    };
    let keys_of = |status: &str| Some(format!("/keys?status={status}"));
    let attention = keys.need_attention;
    vec![
        Tile {
            href: Some("/requests".to_owned()),
            ..tile(
                "Requests today",
                number(today.calls.total()),
                words::more_or_fewer(today, zone),
            )
        },
        Tile {
            href: Some("/requests".to_owned()),
            ..tile(
                "Rejected today",
                rate.unwrap_or_else(|| "–".to_owned()),
                words::earlier_rate(today, zone),
            )
        },
        Tile {
            href: keys_of(KeyStatus::Active.as_str()),
            ..tile(
                "Active keys",
                KeyCount::capped(keys.active),
                words::parts(&[
                    (keys.paused, "paused", "paused"),
                    (keys.unused, "unused for 30 days", "unused for 30 days"),
                ])
                .unwrap_or_else(|| "None paused or unused for 30 days".to_owned()),
            )
        },
        Tile {
            tone: if attention > 0 {
                TileTone::Warning
            } else {
                TileTone::Plain
            },
            href: keys_of(KeyQuery::NEEDS_ATTENTION),
            ..tile(
                "Needs attention",
                KeyCount::capped(attention),
                words::parts(&[
                    (
                        keys.dead_keys_in_use,
                        "revoked or expired but in use",
                        "revoked or expired but in use",
                    ),
                    (
                        keys.new_networks,
                        "used from a new network",
                        "used from new networks",
                    ),
                    (
                        keys.expiring_soon,
                        "expires within 7 days",
                        "expire within 7 days",
                    ),
                    (keys.unused, "unused for 30 days", "unused for 30 days"),
                ])
                .unwrap_or_else(|| "All keys are in order".to_owned()),
            )
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;
    use service::Comparison;
    use service::store::CallSum;

    fn today(calls: (u64, u64), compared: Option<[(u64, u64); 2]>) -> Today {
        let sum = |(accepted, refused)| CallSum { accepted, refused };
        Today {
            calls: sum(calls),
            comparison: compared.map(|[today, week_ago]| Comparison {
                today: sum(today),
                week_ago: sum(week_ago),
                // Monday, 16 Nov 2026, 05:30 UTC.
                week_ago_until: Timestamp::from_millis(1_794_807_000_000),
            }),
        }
    }

    fn texts(today: &Today, keys: KeyCounts) -> Vec<String> {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let texts = tiles(today, keys, &zone).into_iter().map(|tile| {
            let link = tile
                .href
                .map_or_else(String::new, |href| format!(" → {href}"));
            format!("{}: {}, {}{link}", tile.label, tile.value, tile.note)
        });
        texts.collect()
    }

    #[test]
    fn tiles_compare_today_with_the_same_weekday_and_link_to_their_details() {
        let keys = KeyCounts {
            active: 1_001,
            paused: 2,
            unused: 3,
            expiring_soon: 1,
            new_networks: 2,
            need_attention: 6,
            ..KeyCounts::default()
        };
        let today = today((1_180, 20), Some([(1_100, 20), (990, 10)]));
        let expected = [
            "Requests today: 1,200, 12% more than last Monday by 06:30 → /requests",
            "Rejected today: 1.7%, 1.0% last Monday by 06:30 → /requests",
            "Active keys: 1,000+, 2 paused, 3 unused for 30 days → /keys?status=active",
            "Needs attention: 6, 2 used from new networks, 1 expires within 7 days, 3 unused for 30 days → \
             /keys?status=attention",
        ];
        assert_eq!(texts(&today, keys), expected);
    }

    #[test]
    fn tiles_are_calm_on_a_day_without_requests() {
        let expected = [
            "Requests today: 0, No requests a week ago to compare with → /requests",
            "Rejected today: –, No requests yet today → /requests",
            "Active keys: 1, None paused or unused for 30 days → /keys?status=active",
            "Needs attention: 0, All keys are in order → /keys?status=attention",
        ];
        let keys = KeyCounts {
            active: 1,
            ..KeyCounts::default()
        };
        assert_eq!(texts(&today((0, 0), None), keys), expected);
    }

    #[test]
    fn requests_are_compared_in_words_that_fit_the_difference() {
        let note = |now: u64, before: u64| {
            let today = today((now, 0), Some([(now, 0), (before, 0)]));
            let zone = Zone::parse("UTC").unwrap();
            words::more_or_fewer(&today, &zone)
        };
        for (now, before, words) in [
            (0, 0, "None last Monday by 05:30 either"),
            (5, 0, "None last Monday by 05:30"),
            (0, 5, "100% fewer than last Monday by 05:30"),
            (75, 100, "25% fewer than last Monday by 05:30"),
            (100, 100, "As many as last Monday by 05:30"),
            (1_001, 1_000, "About as many as last Monday by 05:30"),
            (1_000, 100, "10 times as many as last Monday by 05:30"),
            (
                u64::MAX,
                1,
                "18,446,744,073,709,551,615 times as many as last Monday by 05:30",
            ),
        ] {
            assert_eq!(note(now, before), words, "{now} {before}");
        }
    }
}
