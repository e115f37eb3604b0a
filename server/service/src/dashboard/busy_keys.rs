//! The keys with the most calls.

use super::Dashboard;
use crate::error::Error;
use crate::store::{CallSum, DailyCalls, KeyFilter};
use domain::{AccountId, KeyId, KeyName, KeyOrder, KeySort, Timestamp};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Keys that are examined, so that the amount of data read does not grow with the number of keys.
/// Busy keys are among those that were used most recently.
const EXAMINED: u32 = 100;
/// Keys that are shown.
const SHOWN: usize = 5;

/// The keys with the most calls.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct BusyKeys {
    /// The one with the most calls first. A key without calls is not among them.
    pub keys: Vec<BusyKey>,
    /// Number of examined keys, the most recently used ones, if the account has more keys.
    pub examined: Option<u32>,
}

/// A key and its calls.
#[derive(Debug, PartialEq, Eq)]
pub struct BusyKey {
    pub id: KeyId,
    pub name: KeyName,
    pub calls: CallSum,
}

impl Dashboard {
    /// Returns the keys with the most calls since the beginning of a day.
    pub(super) async fn busy_keys(
        &self,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<BusyKeys, Error> {
        let order = KeyOrder {
            sort: KeySort::LastUsed,
            reversed: false,
        };
        let filter = KeyFilter::default();
        let found = self
            .store
            .find_keys(account, &filter, order, None, EXAMINED + 1)
            .await?;
        let mut names: Vec<_> = found
            .keys
            .into_iter()
            .map(|key| (key.id, key.name))
            .collect();
        let examined = (names.len() > EXAMINED as usize).then_some(EXAMINED);
        names.truncate(EXAMINED as usize);
        let ids: Vec<_> = names.iter().map(|(id, _)| id.clone()).collect();
        // The whole period counts as one day that has not ended.
        let calls = self.store.daily_calls(account, &ids, &[since]).await?;
        Ok(BusyKeys {
            keys: busiest(calls, names),
            examined,
        })
    }
}

fn busiest(calls: Vec<DailyCalls>, names: Vec<(KeyId, KeyName)>) -> Vec<BusyKey> {
    let mut names: HashMap<_, _> = names.into_iter().collect();
    let mut keys: Vec<_> = calls
        .into_iter()
        .filter_map(|calls| {
            Some(BusyKey {
                name: names.remove(&calls.key_id)?,
                id: calls.key_id,
                calls: CallSum {
                    accepted: calls.accepted,
                    refused: calls.refused,
                },
            })
        })
        .collect();
    keys.sort_by(|a, b| {
        let order = Reverse(a.calls.total()).cmp(&Reverse(b.calls.total()));
        order.then_with(|| a.name.as_str().cmp(b.name.as_str()))
    });
    keys.truncate(SHOWN);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_the_most_calls_come_first_and_refused_calls_count() {
        let keys = [
            ("a", 3, 0),
            ("b", 1, 9),
            ("c", 3, 0),
            ("d", 1, 0),
            ("e", 2, 0),
        ];
        let id = |id: &str| KeyId::parse(id).unwrap();
        let mut calls: Vec<_> = keys
            .iter()
            .map(|(key, accepted, refused)| DailyCalls {
                key_id: id(key),
                day: Timestamp::from_millis(0),
                accepted: *accepted,
                refused: *refused,
            })
            .collect();
        calls.push(DailyCalls {
            key_id: id("f"),
            ..calls[4].clone()
        });
        let names = ["a", "b", "c", "d", "e", "f", "idle"]
            .map(|name| (id(name), KeyName::parse(name).unwrap()));
        let busiest = busiest(calls, names.to_vec());
        let order: Vec<_> = busiest
            .iter()
            .map(|key| (key.name.as_str(), key.calls.total()))
            .collect();
        assert_eq!(order, [("b", 10), ("a", 3), ("c", 3), ("e", 2), ("f", 2)]);
    }
}
