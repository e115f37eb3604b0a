//! The activity of a key: its calls and their callers.

use super::Keys;
use super::week_pattern::{PATTERN_DAYS, WeekPattern};
use crate::error::Error;
use crate::key::AllowList;
use crate::store::{Caller, CallingNetwork, CountedCalls, KeyRecord};
use crate::zone::Zone;
use domain::{ActivityPeriod, Outcome, RefusalCode, Timestamp, seconds};
use std::cmp::Reverse;
use std::net::IpAddr;

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
    /// The callers to choose an allow list from, if the key is watched.
    pub watched: Option<WatchedCallers>,
    /// The number of calls since the key was revoked or expired, and the time of the last.
    pub dead_key_use: Option<(u64, Timestamp)>,
}

/// The callers of a watched key, from some days before the watch on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedCallers {
    pub since: Timestamp,
    pub from: Timestamp,
    /// Addresses and networks for an allow list that admits every one of these callers, each with
    /// its last call, the latest first.
    pub networks: Vec<(String, Timestamp)>,
    /// Known addresses within these networks, as the narrower choice. A network with many callers
    /// also has addresses that are not listed.
    pub addresses: Vec<(String, Timestamp)>,
}

/// Number of days before a watch whose callers it includes, so that its list does not start empty.
const DAYS_BEFORE_WATCH: i64 = 7;

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
        let watched = match key.watched_since {
            Some(since) => {
                let networks = self.store.networks(account, &key.id).await?;
                Some(watched(since, networks, &callers))
            }
            None => None,
        };
        Ok(KeyActivity {
            period_starts,
            calls,
            week_pattern,
            dead_key_use: dead_key_use(&callers).filter(|_| !key.status(now).is_live()),
            callers,
            watched,
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

fn watched(since: Timestamp, networks: Vec<CallingNetwork>, callers: &[Caller]) -> WatchedCallers {
    let from = since.plus_seconds(-DAYS_BEFORE_WATCH * seconds::DAY);
    let networks = allowed(from, networks);
    let is_in_network = |ip: IpAddr| {
        networks.iter().any(|(network, _)| {
            let list = AllowList::parse(network).ok().flatten();
            network.contains('/') && list.is_some_and(|list| list.admits(ip))
        })
    };
    let mut addresses: Vec<(String, Timestamp)> = Vec::new();
    for caller in callers {
        let is_recent = caller.outcome == Outcome::Accepted && caller.last >= from;
        let address = caller.ip.to_canonical().to_string();
        let is_known = addresses.iter().any(|(known, _)| *known == address);
        if is_recent && !is_known && is_in_network(caller.ip) {
            addresses.push((address, caller.last));
        }
    }
    WatchedCallers {
        since,
        from,
        networks,
        addresses,
    }
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
    fn watch_begins_with_the_callers_of_a_week_and_names_those_of_its_networks() {
        let at = |days: i64| Timestamp::from_millis(days * seconds::DAY * 1_000);
        let caller = |ip: [u8; 4], last: i64, outcome: Outcome| Caller {
            outcome,
            ip: ip.into(),
            user_agent: None,
            first: at(0),
            last: at(last),
            calls: 1,
        };
        let network = |network: &str, single_address: Option<[u8; 4]>, last| CallingNetwork {
            network: network.to_owned(),
            only_ip: single_address.map(Into::into),
            first: at(0),
            last: at(last),
        };
        let refused = Outcome::Refused(RefusalCode::PausedKey);
        let callers = [
            caller([198, 51, 100, 1], 12, Outcome::Accepted),
            caller([203, 0, 113, 7], 11, Outcome::Accepted),
            caller([198, 51, 100, 2], 3, Outcome::Accepted),
            caller([198, 51, 100, 1], 3, Outcome::Accepted),
            caller([198, 51, 100, 4], 12, refused),
            caller([198, 51, 100, 3], 2, Outcome::Accepted),
        ];
        let networks = vec![
            network("198.51.100.0/24", None, 12),
            network("203.0.113.0/24", Some([203, 0, 113, 7]), 11),
            network("192.0.2.0/24", None, 2),
        ];
        let watched = watched(at(10), networks, &callers);
        let texts = |list: Vec<(String, Timestamp)>| -> Vec<String> {
            list.into_iter().map(|(text, _)| text).collect()
        };
        assert_eq!(watched.from, at(3));
        assert_eq!(texts(watched.networks), ["198.51.100.0/24", "203.0.113.7"]);
        assert_eq!(texts(watched.addresses), ["198.51.100.1", "198.51.100.2"]);
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
