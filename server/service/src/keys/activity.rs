//! The activity of a key: its calls and their callers.

use super::Keys;
use super::week_pattern::{PATTERN_DAYS, WeekPattern};
use crate::error::Error;
use crate::store::{Caller, CallingNetwork, CountedCalls, KeyRecord};
use crate::zone::Zone;
use domain::{ActivityPeriod, Outcome, RefusalCode, Timestamp};
use std::cmp::Reverse;

/// The calls with a key, and their callers.
#[derive(Debug)]
pub struct KeyActivity {
    /// The beginnings of the hours or days of the period, oldest first.
    pub period_starts: Vec<Timestamp>,
    /// The calls of the period.
    pub calls: Vec<CountedCalls>,
    /// The calls of the last four weeks.
    pub week_pattern: WeekPattern,
    /// The latest first.
    pub callers: Vec<Caller>,
    /// Addresses and networks for an allow list that admits every caller since they are recorded,
    /// each with its last call, the latest first.
    pub networks: Vec<(String, Timestamp)>,
    /// The number of calls since the key was revoked or expired, and the time of the last.
    pub dead_key_use: Option<(u64, Timestamp)>,
}

impl Keys {
    pub(super) async fn activity(
        &self,
        key: &KeyRecord,
        period: ActivityPeriod,
        now: Timestamp,
        zone: &Zone,
    ) -> Result<KeyActivity, Error> {
        let account = &key.account_id;
        let period_starts = period_starts(period, now, zone);
        let since = period_starts.first().copied().unwrap_or(now);
        let pattern_since = zone.days(now, PATTERN_DAYS).first().copied().unwrap_or(now);
        // One statement reads both.
        let first = since.min(pattern_since);
        let mut calls = self.store.key_calls(account, &key.id, first).await?;
        let week_pattern = WeekPattern::new(&calls, pattern_since, zone);
        calls.retain(|call| call.since >= since);
        let mut callers = self.store.callers(account, &key.id).await?;
        callers.sort_by_key(|caller| Reverse(caller.last));
        let networks = match key.watched_since {
            Some(since) => allowed(since, self.store.networks(account, &key.id).await?),
            None => Vec::new(),
        };
        Ok(KeyActivity {
            period_starts,
            calls,
            week_pattern,
            dead_key_use: dead_key_use(&callers).filter(|_| !key.status(now).is_live()),
            callers,
            networks,
        })
    }
}

/// Returns the beginnings of the hours or days of a period.
fn period_starts(period: ActivityPeriod, now: Timestamp, zone: &Zone) -> Vec<Timestamp> {
    match period {
        ActivityPeriod::Day => zone.hours(now, 24),
        ActivityPeriod::Week => zone.days(now, 7),
        ActivityPeriod::Month => zone.days(now, 30),
    }
}

fn dead_key_use(callers: &[Caller]) -> Option<(u64, Timestamp)> {
    let dead = [RefusalCode::RevokedKey, RefusalCode::ExpiredKey].map(Outcome::Refused);
    let calls = callers
        .iter()
        .filter(|caller| dead.contains(&caller.outcome));
    let last = calls.clone().map(|caller| caller.last).max()?;
    Some((calls.map(|caller| caller.calls).sum(), last))
}

/// Proposes an allow list that still admits every caller at `since` or later: the address itself if
/// it was the only one of its network, otherwise the network.
fn allowed(since: Timestamp, mut networks: Vec<CallingNetwork>) -> Vec<(String, Timestamp)> {
    networks.retain(|network| network.last >= since);
    networks.sort_by_key(|network| Reverse(network.last));
    let narrowest = networks.into_iter().map(|network| {
        let single_address = network.only_ip.map(|ip| ip.to_string());
        (single_address.unwrap_or(network.network), network.last)
    });
    narrowest.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_is_split_by_hour_for_a_day_and_by_day_for_longer_periods() {
        let now = crate::rfc3339::parse_rfc3339("2026-11-23T05:31:07Z").unwrap();
        for (zone, period, count, first, last) in [
            (
                "Europe/Berlin",
                ActivityPeriod::Day,
                24,
                "22 07:00",
                "23 06:00",
            ),
            (
                "Asia/Kathmandu",
                ActivityPeriod::Day,
                24,
                "22 12:00",
                "23 11:00",
            ),
            (
                "Europe/Berlin",
                ActivityPeriod::Week,
                7,
                "17 00:00",
                "23 00:00",
            ),
            (
                "Europe/Berlin",
                ActivityPeriod::Month,
                30,
                "25 00:00",
                "23 00:00",
            ),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let period_starts = period_starts(period, now, &zone);
            let text = |at| zone.zoned(at).strftime("%d %H:%M").to_string();
            assert_eq!(period_starts.len(), count);
            assert_eq!(
                (&*text(period_starts[0]), &*text(period_starts[count - 1])),
                (first, last)
            );
        }
    }

    #[test]
    fn networks_last_seen_before_the_watch_began_are_not_proposed() {
        let network = |network: &str, single_address: Option<[u8; 4]>, last| CallingNetwork {
            network: network.to_owned(),
            only_ip: single_address.map(Into::into),
            first: Timestamp::from_millis(0),
            last: Timestamp::from_millis(last),
        };
        let networks = vec![
            network("203.0.113.0/24", Some([203, 0, 113, 7]), 10),
            network("198.51.100.0/24", None, 20),
            network("192.0.2.0/24", None, 9),
            network("2001:db8::/64", None, 15),
        ];
        let allowed = allowed(Timestamp::from_millis(10), networks);
        let allowed: Vec<_> = allowed.iter().map(|(network, _)| network).collect();
        assert_eq!(allowed, ["198.51.100.0/24", "2001:db8::/64", "203.0.113.7"]);
    }
}
