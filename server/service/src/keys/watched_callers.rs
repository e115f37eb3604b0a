//! The callers of a watched key, from which a member chooses its allow list.

use super::Keys;
use crate::error::Error;
use crate::sessions::Member;
use crate::store::{Caller, CallingNetwork, KeyRecord, MAX_CALLERS, UseRecord};
use domain::{KeyId, Outcome, Timestamp, seconds};
use ipnet::IpNet;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The callers of a watched key, from some days before the watch on. Those that are proposed make
/// an allow list that admits every one of these callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedCallers {
    pub since: Timestamp,
    pub from: Timestamp,
    /// Single addresses, the latest first. A network with many callers also has addresses that are
    /// not listed.
    pub addresses: Vec<WatchedCaller>,
    /// Networks from which several addresses called, and networks of IPv6, in which hosts often
    /// change their address. The latest first.
    pub networks: Vec<WatchedCaller>,
    /// The first call from the address or network that appeared last.
    pub newest: Option<Timestamp>,
}

/// An address or a network that may be put on an allow list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedCaller {
    pub text: String,
    pub last: Timestamp,
    /// Number of accepted calls, if they are known.
    pub calls: Option<u64>,
    pub is_proposed: bool,
}

/// Number of days before a watch whose callers it includes, so that its list does not start empty.
const DAYS_BEFORE_WATCH: i64 = 7;
/// Maximum number of IPv4 addresses that are proposed one by one. If there are more, their
/// networks are proposed.
const FEW_ADDRESSES: usize = 8;

impl Keys {
    /// Returns the callers of a key to choose an allow list from, with the last use of the key, for
    /// any role; `None` if the key is not watched.
    ///
    /// # Errors
    /// [`Failure::NotFound`](domain::Failure::NotFound), also for a key of another account.
    pub async fn watched_callers(
        &self,
        member: &Member,
        id: &KeyId,
    ) -> Result<Option<(WatchedCallers, Option<UseRecord>)>, Error> {
        let key = self.find(member, id).await?;
        let Some(since) = key.watched_since else {
            return Ok(None);
        };
        let callers = self.callers(&key).await?;
        let networks = self.store.networks(&key.account_id, id).await?;
        let last_use = self.usages.latest(id, key.last_use);
        Ok(Some((proposal(since, networks, &callers), last_use)))
    }

    /// Returns the callers of a key, with those that this node has not stored yet. A call that
    /// another node has just accepted is not among them until that node stores it.
    pub(super) async fn callers(&self, key: &KeyRecord) -> Result<Vec<Caller>, Error> {
        // They are read first, so that those that are stored meanwhile are not missed.
        let usage = self.usages.get(&key.id);
        let pending = usage.map(|usage| usage.pending_callers());
        let callers = self.store.callers(&key.account_id, &key.id).await?;
        Ok(with_pending(callers, pending.unwrap_or_default()))
    }
}

/// Adds callers that are not stored yet. Calls of a caller that is stored may be stored meanwhile,
/// so only the time of the last one is taken from them.
fn with_pending(mut callers: Vec<Caller>, pending: Vec<Caller>) -> Vec<Caller> {
    for new in pending {
        let stored = callers.iter_mut().find(|caller| {
            (caller.outcome, caller.ip) == (new.outcome, new.ip)
                && caller.user_agent == new.user_agent
        });
        match stored {
            Some(stored) => stored.last = stored.last.max(new.last),
            None => callers.push(new),
        }
    }
    callers
}

/// Returns the callers to choose an allow list from, and proposes some of them.
pub(super) fn proposal(
    since: Timestamp,
    mut networks: Vec<CallingNetwork>,
    callers: &[Caller],
) -> WatchedCallers {
    let from = since.plus_seconds(-DAYS_BEFORE_WATCH * seconds::DAY);
    networks.retain(|network| network.last >= from);
    let accepted = callers
        .iter()
        .filter(|caller| caller.outcome == Outcome::Accepted);
    // Callers with earlier calls are dropped first.
    let all_are_known =
        accepted.clone().count() < MAX_CALLERS || accepted.clone().any(|caller| caller.last < from);
    let mut calls: BTreeMap<IpAddr, (Timestamp, Option<u64>)> = BTreeMap::new();
    let mut first_calls: BTreeMap<IpAddr, Timestamp> = BTreeMap::new();
    for caller in accepted.filter(|caller| caller.last >= from) {
        let ip = caller.ip.to_canonical();
        let (last, sum) = calls.entry(ip).or_insert((caller.last, Some(0)));
        *last = caller.last.max(*last);
        *sum = sum.map(|sum| sum.saturating_add(caller.calls));
        let first = first_calls.entry(ip).or_insert(caller.first);
        *first = caller.first.min(*first);
    }
    let newest_network = networks.iter().map(|network| network.first).max();
    let newest = first_calls.into_values().max().max(newest_network);
    let single: Vec<_> = (networks.iter())
        .filter_map(|network| Some((network.only_ip?.to_canonical(), network.last)))
        .collect();
    for (ip, last) in &single {
        calls.entry(*ip).or_insert((*last, None));
    }
    let are_few = all_are_known && calls.keys().filter(|ip| ip.is_ipv4()).count() <= FEW_ADDRESSES;
    let addresses = calls.into_iter().map(|(ip, (last, calls))| WatchedCaller {
        text: ip.to_string(),
        last,
        calls,
        is_proposed: ip.is_ipv4() && are_few || single.iter().any(|(single, _)| *single == ip),
    });
    let several = networks
        .into_iter()
        .filter(|network| network.only_ip.is_none());
    let networks = several.map(|network| WatchedCaller {
        is_proposed: !are_few || is_ipv6(&network.network),
        text: network.network,
        last: network.last,
        calls: None,
    });
    WatchedCallers {
        since,
        from,
        addresses: latest_first(addresses),
        networks: latest_first(networks),
        newest,
    }
}

fn is_ipv6(network: &str) -> bool {
    let network = network.parse::<IpNet>();
    network.is_ok_and(|network| network.addr().is_ipv6())
}

fn latest_first(callers: impl Iterator<Item = WatchedCaller>) -> Vec<WatchedCaller> {
    let mut callers: Vec<_> = callers.collect();
    callers.sort_by_key(|caller| Reverse(caller.last));
    callers
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::RefusalCode;

    const ACCEPTED: Outcome = Outcome::Accepted;

    fn day(days: i64) -> Timestamp {
        Timestamp::from_millis(days * seconds::DAY * 1_000)
    }

    fn caller(ip: &str, last: i64, outcome: Outcome) -> Caller {
        Caller {
            outcome,
            ip: ip.parse().unwrap(),
            user_agent: None,
            first: day(0),
            last: day(last),
            calls: 2,
        }
    }

    #[test]
    fn callers_that_are_not_stored_yet_are_added_once() {
        let stored = vec![caller("203.0.113.7", 3, ACCEPTED)];
        let pending = vec![
            caller("203.0.113.7", 4, ACCEPTED),
            caller("198.51.100.1", 4, ACCEPTED),
        ];
        let expected = pending.clone();
        assert_eq!(with_pending(stored, pending), expected);
    }

    fn network(network: &str, only_ip: Option<&str>, last: i64) -> CallingNetwork {
        CallingNetwork {
            network: network.to_owned(),
            only_ip: only_ip.map(|ip| ip.parse().unwrap()),
            first: day(0),
            last: day(last),
        }
    }

    /// Returns the texts of the callers, with a star behind those that are proposed.
    fn texts(callers: &[WatchedCaller]) -> Vec<String> {
        let star = |caller: &WatchedCaller| if caller.is_proposed { "*" } else { "" };
        let texts = callers.iter();
        texts
            .map(|caller| format!("{}{}", caller.text, star(caller)))
            .collect()
    }

    #[test]
    fn watch_proposes_the_few_addresses_of_a_week_rather_than_their_network() {
        let refused = Outcome::Refused(RefusalCode::PausedKey);
        let callers = [
            caller("198.51.100.1", 12, ACCEPTED),
            caller("203.0.113.7", 11, ACCEPTED),
            caller("198.51.100.2", 3, ACCEPTED),
            caller("198.51.100.1", 3, ACCEPTED),
            caller("198.51.100.4", 12, refused),
            caller("198.51.100.3", 2, ACCEPTED),
        ];
        let networks = vec![
            CallingNetwork {
                first: day(4),
                ..network("198.51.100.0/24", None, 12)
            },
            network("203.0.113.0/24", Some("203.0.113.7"), 11),
            network("192.0.2.0/24", None, 2),
        ];
        let watched = proposal(day(10), networks, &callers);
        assert_eq!(watched.from, day(3));
        assert_eq!(watched.newest, Some(day(4)));
        let expected = ["198.51.100.1*", "203.0.113.7*", "198.51.100.2*"];
        assert_eq!(texts(&watched.addresses), expected);
        assert_eq!(texts(&watched.networks), ["198.51.100.0/24"]);
        let calls = watched.addresses.iter().map(|caller| caller.calls);
        assert_eq!(calls.collect::<Vec<_>>(), [Some(4), Some(2), Some(2)]);
    }

    #[test]
    fn watch_proposes_networks_if_addresses_are_many_or_change() {
        let callers = |count: u8| -> Vec<_> {
            let ips = (1..=count).map(|tail| format!("198.51.100.{tail}"));
            ips.map(|ip| caller(&ip, 12, ACCEPTED)).collect()
        };
        let networks = || vec![network("198.51.100.0/24", None, 12)];
        for (count, proposes_network) in [(8, false), (9, true)] {
            let watched = proposal(day(10), networks(), &callers(count));
            assert_eq!(watched.networks[0].is_proposed, proposes_network, "{count}");
            let mut addresses = watched.addresses.iter();
            assert!(addresses.all(|caller| caller.is_proposed != proposes_network));
        }
        let callers = [caller("2001:db8::1", 12, ACCEPTED)];
        let watched = proposal(day(10), vec![network("2001:db8::/64", None, 12)], &callers);
        assert_eq!(texts(&watched.addresses), ["2001:db8::1"]);
        assert_eq!(texts(&watched.networks), ["2001:db8::/64*"]);
    }

    /// Only the callers with the latest calls are kept for each key.
    #[test]
    fn watch_proposes_networks_if_some_of_their_addresses_may_be_unknown() {
        let mut callers = vec![caller("198.51.100.1", 12, ACCEPTED); MAX_CALLERS];
        let networks = vec![
            network("198.51.100.0/24", None, 12),
            network("203.0.113.0/24", Some("203.0.113.7"), 11),
        ];
        let seen = proposal(day(10), networks.clone(), &callers);
        assert_eq!(texts(&seen.addresses), ["198.51.100.1", "203.0.113.7*"]);
        assert_eq!(seen.addresses[1].calls, None);
        assert_eq!(texts(&seen.networks), ["198.51.100.0/24*"]);
        callers[0].last = day(2);
        let seen = proposal(day(10), networks, &callers);
        assert_eq!(texts(&seen.networks), ["198.51.100.0/24"]);
    }
}
