//! The activity of a key: its callers, the scopes they needed, and the outcomes.

use super::Keys;
use crate::error::Error;
use crate::store::{Caller, CallingNetwork, KeyRecord};
use crate::tally::{by_reason, by_stretch};
use crate::view::moment;
use crate::zone::Zone;
use domain::{
    CallerRow, KeyActivity, Outcome, RefusalCode, Scope, ScopeRow, Stretch, Timestamp, Watch,
};

impl Keys {
    pub(super) async fn activity(
        &self,
        key: &KeyRecord,
        stretch: Stretch,
        now: Timestamp,
        zone: &Zone,
    ) -> Result<KeyActivity, Error> {
        let account = &key.account_id;
        let (begins, format) = begins(stretch, now, zone);
        let since = begins.first().copied().unwrap_or(now);
        let calls = self.store.key_calls(account, &key.id, since).await?;
        let mut callers = self.store.callers(account, &key.id).await?;
        callers.sort_by_key(|caller| std::cmp::Reverse(caller.last));
        let watch = match key.watched_since {
            Some(since) => {
                let networks = self.store.networks(account, &key.id).await?;
                Some(watch(since, networks, zone))
            }
            None => None,
        };
        let scopes = Scope::ALL.into_iter();
        let scopes = scopes.filter(|scope| key.scopes.contains(*scope));
        Ok(KeyActivity {
            stretch,
            tallies: by_stretch(&begins, &calls, zone, format),
            refusals: by_reason(&calls),
            knocks: knocks(&callers, zone).filter(|_| !key.status(now).is_live()),
            refused: callers
                .iter()
                .filter_map(|caller| match caller.outcome {
                    Outcome::Refused(refusal) => Some((refusal, row(caller, zone))),
                    Outcome::Accepted => None,
                })
                .collect(),
            callers: callers
                .iter()
                .filter(|caller| caller.outcome == Outcome::Accepted)
                .map(|caller| row(caller, zone))
                .collect(),
            scopes: scopes
                .map(|scope| ScopeRow {
                    scope,
                    last: key.marks.scope_uses.last(scope).map(|at| moment(at, zone)),
                    idle_days: key.marks.idle_days(scope, now),
                })
                .collect(),
            watch,
        })
    }
}

/// Returns the beginnings of the hours or days of a period, and the format of their names.
fn begins(stretch: Stretch, now: Timestamp, zone: &Zone) -> (Vec<Timestamp>, &'static str) {
    match stretch {
        Stretch::Day => (zone.hours(now, 24), "%H:%M"),
        Stretch::Week => (zone.days(now, 7), "%-d %b"),
        Stretch::Month => (zone.days(now, 30), "%-d %b"),
    }
}

fn row(caller: &Caller, zone: &Zone) -> CallerRow {
    CallerRow {
        ip: caller.ip.to_string(),
        user_agent: caller.user_agent.clone(),
        first: moment(caller.first, zone),
        last: moment(caller.last, zone),
        calls: caller.calls,
    }
}

/// Returns the number of calls with a revoked or expired key, and the time of the last.
fn knocks(callers: &[Caller], zone: &Zone) -> Option<(u64, domain::Moment)> {
    let over = |caller: &&Caller| {
        let over = [RefusalCode::RevokedKey, RefusalCode::ExpiredKey].map(Outcome::Refused);
        over.contains(&caller.outcome)
    };
    let calls = callers.iter().filter(over).map(|caller| caller.calls).sum();
    let last = callers.iter().filter(over).map(|caller| caller.last).max();
    Some((calls, moment(last?, zone)))
}

/// Proposes an allow list that still admits every caller since the watch began: the address itself
/// if it was the only one of its network, otherwise the network.
fn watch(since: Timestamp, mut networks: Vec<CallingNetwork>, zone: &Zone) -> Watch {
    networks.retain(|network| network.last >= since);
    networks.sort_by_key(|network| std::cmp::Reverse(network.last));
    let seen = networks.into_iter().map(|network| {
        let only = network.only_ip.map(|ip| ip.to_string());
        (only.unwrap_or(network.network), moment(network.last, zone))
    });
    Watch {
        since: moment(since, zone),
        seen: seen.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_is_split_by_hour_for_a_day_and_by_day_for_longer_periods() {
        let now = crate::view::parse_rfc3339("2026-11-23T05:31:07Z").unwrap();
        for (zone, stretch, count, first, last) in [
            ("Europe/Berlin", Stretch::Day, 24, "07:00", "06:00"),
            ("Asia/Kathmandu", Stretch::Day, 24, "12:00", "11:00"),
            ("Europe/Berlin", Stretch::Week, 7, "17 Nov", "23 Nov"),
            ("Europe/Berlin", Stretch::Month, 30, "25 Oct", "23 Nov"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let (begins, format) = begins(stretch, now, &zone);
            let names: Vec<_> = begins.iter().map(|at| zone.write(*at, format)).collect();
            assert_eq!(names.len(), count);
            assert_eq!(
                (names[0].as_str(), names[count - 1].as_str()),
                (first, last)
            );
        }
    }

    #[test]
    fn networks_last_seen_before_the_watch_began_are_not_proposed() {
        let network = |network: &str, only: Option<[u8; 4]>, last| CallingNetwork {
            network: network.to_owned(),
            only_ip: only.map(Into::into),
            first: Timestamp::from_millis(0),
            last: Timestamp::from_millis(last),
        };
        let networks = vec![
            network("203.0.113.0/24", Some([203, 0, 113, 7]), 10),
            network("198.51.100.0/24", None, 20),
            network("192.0.2.0/24", None, 9),
            network("2001:db8::/64", None, 15),
        ];
        let told = watch(
            Timestamp::from_millis(10),
            networks,
            &Zone::parse("UTC").unwrap(),
        );
        let told: Vec<_> = told.seen.into_iter().map(|(network, _)| network).collect();
        assert_eq!(told, ["198.51.100.0/24", "2001:db8::/64", "203.0.113.7"]);
    }
}
