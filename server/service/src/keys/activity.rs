//! The activity of a key: its calls and their callers.

use super::Keys;
use super::watched_callers::{self, WatchedCallers};
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
    /// The callers to choose an allow list from, if the key is watched.
    pub watched: Option<WatchedCallers>,
    /// The networks that were new for the key in the last 7 days, the latest first.
    pub new_networks: Vec<CallingNetwork>,
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
        let mut callers = self.callers(key).await?;
        callers.sort_by_key(|caller| Reverse(caller.last));
        let is_live = key.status(now).is_live();
        let has_new_network = is_live && key.call_summary.has_new_network(now);
        let networks = if has_new_network || key.watched_since.is_some() {
            self.store.networks(account, &key.id).await?
        } else {
            Vec::new()
        };
        let mut new_networks = networks.clone();
        new_networks.retain(|network| {
            has_new_network && key.call_summary.is_new_network(network.first, now)
        });
        new_networks.sort_by_key(|network| Reverse(network.first));
        let watched = key.watched_since;
        let watched = watched.map(|since| watched_callers::proposal(since, networks, &callers));
        Ok(KeyActivity {
            period_starts,
            calls,
            week_pattern,
            dead_key_use: dead_key_use(&callers).filter(|_| !is_live),
            callers,
            watched,
            new_networks,
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
}
