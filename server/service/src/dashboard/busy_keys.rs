//! The keys with the most calls.

use super::Dashboard;
use crate::error::Error;
use crate::store::NamedKeyCalls;
use domain::{AccountId, Timestamp};

/// Keys that are examined, so that the amount of data read does not grow with the number of keys.
/// Busy keys are among those that were used most recently.
const EXAMINED: u32 = 100;
/// Keys that are shown.
const SHOWN: usize = 5;

/// The keys with the most calls.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct BusyKeys {
    /// The one with the most calls first. A key without calls is not among them.
    pub keys: Vec<NamedKeyCalls>,
    /// Number of examined keys, the most recently used ones, if the account has more keys.
    pub examined: Option<u32>,
}

impl Dashboard {
    /// Returns the keys with the most calls since the beginning of a day.
    pub(super) async fn busy_keys(
        &self,
        account: &AccountId,
        since: Timestamp,
    ) -> Result<BusyKeys, Error> {
        let latest = self
            .store
            .calls_of_latest_keys(account, since, EXAMINED + 1);
        let mut keys = latest.await?;
        let examined = (keys.len() > EXAMINED as usize).then_some(EXAMINED);
        keys.truncate(EXAMINED as usize);
        Ok(BusyKeys {
            keys: busiest(keys),
            examined,
        })
    }
}

fn busiest(mut keys: Vec<NamedKeyCalls>) -> Vec<NamedKeyCalls> {
    keys.retain(|key| key.calls.total() > 0);
    keys.sort_by(|a, b| {
        let order = b.calls.total().cmp(&a.calls.total());
        let order = order.then_with(|| a.name.as_str().cmp(b.name.as_str()));
        order.then_with(|| a.id.as_str().cmp(b.id.as_str()))
    });
    keys.truncate(SHOWN);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::CallSum;
    use domain::{KeyId, KeyName};

    #[test]
    fn keys_with_the_most_calls_come_first_and_refused_calls_count() {
        let keys = [
            ("a", 3, 0),
            ("b", 1, 9),
            ("idle", 0, 0),
            ("c", 3, 0),
            ("d", 1, 0),
            ("e", 2, 0),
            ("f", 1, 0),
        ];
        let keys = keys.map(|(name, accepted, refused)| NamedKeyCalls {
            id: KeyId::parse(name).unwrap(),
            name: KeyName::parse(name).unwrap(),
            preview: String::new(),
            calls: CallSum { accepted, refused },
        });
        let order = |keys: &[NamedKeyCalls]| -> Vec<_> {
            let keys = busiest(keys.to_vec()).into_iter();
            keys.map(|key| (key.name.to_string(), key.calls.total()))
                .collect()
        };
        let expected = [("b", 10), ("a", 3), ("c", 3), ("e", 2), ("d", 1)]
            .map(|(name, calls)| (name.to_owned(), calls));
        assert_eq!(order(&keys), expected);
        let few = &expected[..2];
        assert_eq!(order(&keys[..3]), few, "a key without calls is left out");
    }
}
