//! Learning the networks that a key is used from, and then restricting it to them.

use super::Keys;
use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::key::AllowList;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{Action, Caller, KeyChange, KeyEdit, KeyRecord, KeySettings};
use domain::{EditKeyForm, Field, KeyId, Outcome, Timestamp, seconds};
use std::net::IpAddr;

/// Callers within this time are shown for confirmation before an allow list excludes them.
const RECENT_DAYS: u32 = 7;
/// Maximum number of addresses that are named.
const MAX_NAMED: usize = 5;

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
    /// Those of [`Self::edit`]; refused if no network is chosen.
    pub async fn enforce_networks(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        networks: &[String],
    ) -> Result<(), Error> {
        member.must_manage_keys()?;
        let chosen = AllowList::parse(&networks.join("\n"))
            .and_then(|list| list.ok_or(InvalidReason::NoNetwork))
            .map_err(|reason| Error::field(Field::AllowList, reason))?;
        let before = self.find(member, id).await?.settings();
        let after = KeySettings {
            allow_list: Some(chosen),
            ..before.clone()
        };
        self.store_edit(member, client, id, KeyEdit { before, after }, false)
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
        let since = now.plus_seconds(-i64::from(RECENT_DAYS) * seconds::DAY);
        let mut callers = self.store.callers(&key.account_id, &key.id).await?;
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

fn excluded_callers(
    list: &AllowList,
    callers: &[Caller],
    since: Timestamp,
) -> Option<InvalidReason> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for caller in callers {
        let is_recent = caller.outcome == Outcome::Accepted && caller.last >= since;
        if is_recent && !list.admits(caller.ip) && !addresses.contains(&caller.ip) {
            addresses.push(caller.ip);
        }
    }
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
