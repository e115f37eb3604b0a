//! Learning the networks that a key is used from, and then restricting it to them.

use super::Keys;
use super::edit::{EditKind, OUTDATED};
use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::key::AllowList;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{Action, Caller, KeyChange, KeyEdit, KeyRecord, KeySettings};
use domain::{EditKeyForm, Field, KeyId, Outcome, Timestamp, seconds};
use ipnet::IpNet;
use std::net::IpAddr;

/// Callers within this time are shown for confirmation before an allow list excludes them.
const RECENT_DAYS: u32 = 7;
/// Maximum number of addresses that are named.
const MAX_NAMED: usize = 5;

/// The addresses and networks that a member has chosen from a list of callers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChosenNetworks {
    pub chosen: Vec<String>,
    /// All addresses and networks of the list that the member has seen.
    pub offered: Vec<String>,
}

impl Keys {
    /// Begins or ends the recording of the networks that a key is called from. A key with an allow
    /// list needs no recording and gets none.
    ///
    /// # Errors
    /// Those of [`Self::pause`].
    pub async fn watch(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        on: bool,
    ) -> Result<(), Error> {
        let (change, action) = if on {
            (KeyChange::Watch, Action::KeyWatched)
        } else {
            (KeyChange::Unwatch, Action::KeyUnwatched)
        };
        self.change_state(member, client, id, &change, action).await
    }

    /// Restricts a key to the chosen networks.
    ///
    /// # Errors
    /// Those of [`Self::edit`]; refused if no network is chosen, if the key has another allow list
    /// meanwhile, and if the networks exclude recent callers about which the member has not
    /// decided, because they called after the list was shown.
    pub async fn enforce_networks(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        choice: &ChosenNetworks,
    ) -> Result<(), Error> {
        member.must_manage_keys()?;
        let key = self.find(member, id).await?;
        // A list that is no longer shown cannot be corrected.
        let invalid = |reason| match key.watched_since {
            Some(_) => Error::field(Field::AllowList, reason),
            None => OUTDATED.into(),
        };
        let list = AllowList::parse(&choice.chosen.join("\n"))
            .and_then(|list| list.ok_or(InvalidReason::NoNetwork))
            .map_err(invalid)?;
        let before = key.settings();
        match &before.allow_list {
            None => {}
            // The form was submitted twice.
            Some(stored) if *stored == list => return Ok(()),
            Some(_) => return Err(OUTDATED.into()),
        }
        let callers = self.callers(&key).await?;
        let since = recent_since(self.clock.now());
        let mut addresses = excluded_addresses(&list, &callers, since);
        addresses.retain(|ip| !choice.is_decided(*ip));
        if !addresses.is_empty() {
            let count = addresses.len();
            return Err(invalid(InvalidReason::NewCallers { count }));
        }
        let after = KeySettings {
            allow_list: Some(list),
            ..before.clone()
        };
        self.store_edit(
            member,
            client,
            id,
            KeyEdit { before, after },
            EditKind::Change,
        )
        .await
    }

    /// If a new list would exclude recent callers and the member has not confirmed that yet,
    /// returns an error that names them.
    pub(super) async fn excluded_callers(
        &self,
        key: &KeyRecord,
        after: &KeySettings,
        form: &EditKeyForm,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(list) = &after.allow_list else {
            return Ok(());
        };
        if !form.shut_out.is_empty() || key.allow_list == after.allow_list {
            return Ok(());
        }
        let since = recent_since(now);
        let mut callers = self.callers(key).await?;
        callers.sort_by_key(|caller| std::cmp::Reverse(caller.last));
        // Those that the present list excludes are rejected already.
        callers.retain(|caller| {
            let present = key.allow_list.as_ref();
            present.is_none_or(|present| present.admits(caller.ip))
        });
        match excluded_callers(list, &callers, since) {
            Some(reason) => Err(Error::field(Field::ShutOut, reason)),
            None => Ok(()),
        }
    }
}

impl ChosenNetworks {
    /// Whether the member has decided about an address that is not admitted. Its own box was
    /// unchecked, or that of its network, of which nothing is chosen. A list that was offered and
    /// cannot be read decides nothing.
    fn is_decided(&self, ip: IpAddr) -> bool {
        let networks = |texts: &[String]| -> Vec<IpNet> {
            let networks = texts.iter().filter_map(|text| AllowList::parse(text).ok()?);
            networks.flat_map(|list| list.networks().to_vec()).collect()
        };
        let (chosen, ip) = (networks(&self.chosen), ip.to_canonical());
        let mut offered = networks(&self.offered)
            .into_iter()
            .filter(|network| network.contains(&ip));
        offered.any(|network| {
            let is_single = network.prefix_len() == network.max_prefix_len();
            is_single || !chosen.iter().any(|chosen| network.contains(chosen))
        })
    }
}

/// Returns the time from which on callers are recent.
fn recent_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-i64::from(RECENT_DAYS) * seconds::DAY)
}

/// Returns the addresses of recent accepted callers that a list does not admit, each once.
fn excluded_addresses(list: &AllowList, callers: &[Caller], since: Timestamp) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for caller in callers {
        let is_recent = caller.outcome == Outcome::Accepted && caller.last >= since;
        if is_recent && !list.admits(caller.ip) && !addresses.contains(&caller.ip) {
            addresses.push(caller.ip);
        }
    }
    addresses
}

fn excluded_callers(
    list: &AllowList,
    callers: &[Caller],
    since: Timestamp,
) -> Option<InvalidReason> {
    let mut addresses = excluded_addresses(list, callers, since);
    let more = addresses.len().saturating_sub(MAX_NAMED);
    addresses.truncate(MAX_NAMED);
    (!addresses.is_empty()).then_some(InvalidReason::ExcludesCallers {
        addresses,
        more,
        days: RECENT_DAYS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::RefusalCode;

    #[test]
    fn address_is_decided_if_its_box_or_all_boxes_of_its_network_were_unchecked() {
        let offered = [
            "203.0.113.7",
            "203.0.113.0/24",
            "198.51.100.1",
            "198.51.100.0/24",
            "2001:db8::/64",
            "anything",
            "",
        ];
        let decided = |chosen: &[&str], offered: &[&str], ip: &str| {
            let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            let choice = ChosenNetworks {
                chosen: texts(chosen),
                offered: texts(offered),
            };
            choice.is_decided(ip.parse().unwrap())
        };
        let chosen = ["203.0.113.8"];
        for (ip, is_decided) in [
            ("203.0.113.7", true),
            ("::ffff:203.0.113.7", true),
            ("203.0.113.9", false),
            ("198.51.100.1", true),
            ("198.51.100.2", true),
            ("192.0.2.1", false),
            ("2001:db8::1", true),
            ("2001:db8:0:1::1", false),
        ] {
            assert_eq!(decided(&chosen, &offered, ip), is_decided, "{ip}");
            // A form without the field, or with another text in it, decides nothing.
            assert!(!decided(&chosen, &[], ip));
            assert!(!decided(&chosen, &["all", "*", "-1"], ip));
        }
    }

    #[test]
    fn addresses_that_the_allow_list_would_block_are_named_once() {
        let list = AllowList::parse("203.0.113.0/24").unwrap().unwrap();
        let caller = |ip: [u8; 4], last: i64, outcome: Outcome| Caller {
            outcome,
            ip: ip.into(),
            user_agent: None,
            first: Timestamp::from_millis(0),
            last: Timestamp::from_millis(last),
            calls: 1,
        };
        let paused = Outcome::Refused(RefusalCode::PausedKey);
        let mut callers = vec![
            caller([203, 0, 113, 7], 20, Outcome::Accepted),
            caller([198, 51, 100, 1], 9, Outcome::Accepted),
            caller([198, 51, 100, 2], 20, paused),
        ];
        let since = Timestamp::from_millis(10);
        assert_eq!(excluded_callers(&list, &callers, since), None);
        for _ in 0..2 {
            callers.push(caller([192, 0, 2, 1], 10, Outcome::Accepted));
        }
        let excluded = |tails: std::ops::RangeInclusive<u8>, more| {
            let addresses = tails.map(|tail| [192, 0, 2, tail].into()).collect();
            let days = RECENT_DAYS;
            Some(InvalidReason::ExcludesCallers {
                addresses,
                more,
                days,
            })
        };
        let reason = excluded_callers(&list, &callers, since);
        assert_eq!(reason, excluded(1..=1, 0));
        callers.extend((2..9).map(|tail| caller([192, 0, 2, tail], 10, Outcome::Accepted)));
        let reason = excluded_callers(&list, &callers, since);
        assert_eq!(reason, excluded(1..=5, 3));
    }
}
