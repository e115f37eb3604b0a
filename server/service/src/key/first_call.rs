//! Whether the first call with a new key has arrived.
//!
//! An admin who copies a key to another system wants to know that the copy works. Most copies that
//! do not are cut off, and such a call does not name a key. For an hour, it is attributed by the
//! beginning of the key, as far as the console shows it for every key.

use crate::store::UseRecord;
use crate::{CalledKey, Error, Member, Service};
use domain::{FirstCall, FirstCallStage, KeyId, Outcome, Timestamp};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a new key is recognised by its beginning.
const AWAITED_SECONDS: i64 = 3600;
/// Upper bound of such keys; the latest are kept.
const MOST: usize = 1_000;

struct Made {
    /// The preview without the `…`.
    begins: String,
    key: CalledKey,
    at: Timestamp,
}

/// Keys that were created recently, oldest first.
#[derive(Default)]
pub struct AwaitedKeys(Mutex<VecDeque<Made>>);

impl AwaitedKeys {
    pub(super) fn note(&self, preview: &str, key: CalledKey, at: Timestamp) {
        let mut made = self.lock();
        if made.len() == MOST {
            made.pop_front();
        }
        let begins = preview.trim_end_matches('…').to_owned();
        made.push_back(Made { begins, key, at });
    }

    /// Returns the newest key with whose preview the text begins. The text is not a whole key.
    pub(super) fn find(&self, presented: &[u8], now: Timestamp) -> Option<CalledKey> {
        let since = now.plus_seconds(-AWAITED_SECONDS);
        let mut made = self.lock();
        while made.front().is_some_and(|first| first.at < since) {
            made.pop_front();
        }
        let mut newest_first = made.iter().rev();
        let found = newest_first.find(|made| presented.starts_with(made.begins.as_bytes()));
        found.map(|made| made.key.clone())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Made>> {
        // No code panics while it holds the lock, and the list is consistent at every point.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Returns the state of a key's first call: whether a call was accepted since the key was
    /// created, or why the latest one was refused. `None` if the key does not exist.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_call(
        &self,
        member: &Member,
        id: &KeyId,
    ) -> Result<Option<FirstCall>, Error> {
        let account = &member.account_id;
        let Some(record) = self.store.find_key(account, id).await? else {
            return Ok(None);
        };
        let key = CalledKey::new(account.clone(), id.clone());
        if self.was_accepted(&key, record.created_at).await? {
            let last_use = self.usages.latest(id, record.last_use);
            return Ok(Some(FirstCall {
                stage: FirstCallStage::Accepted,
                text: "The first call came, and was accepted.".to_owned(),
                more: last_use.as_ref().map(from).unwrap_or_default(),
            }));
        }
        let refused = match self.refusals.last_of(&key) {
            Some(call) => Some(call),
            None => self.store.last_refusal(account, id).await?,
        };
        Ok(Some(match refused {
            Some(call) => {
                let (why, advice) = self.refusal_words(&call, Some(&record), &member.time_zone);
                FirstCall {
                    stage: FirstCallStage::Refused,
                    text: why,
                    more: advice,
                }
            }
            None => FirstCall {
                stage: FirstCallStage::Waiting,
                text: "Waiting for the first call…".to_owned(),
                more: String::new(),
            },
        }))
    }

    async fn was_accepted(&self, key: &CalledKey, since: Timestamp) -> Result<bool, Error> {
        let usage = self.usages.get(&key.key_id);
        if usage.is_some_and(|usage| usage.was_accepted()) {
            return Ok(true);
        }
        // An hour earlier: earlier releases counted by hours, and the hour in which the key was
        // created began before it.
        let hour = since.plus_seconds(-3600);
        let calls = self
            .store
            .key_calls(&key.account_id, &key.key_id, hour)
            .await?;
        Ok(calls.iter().any(|count| count.outcome == Outcome::Accepted))
    }
}

fn from(last: &UseRecord) -> String {
    match &last.user_agent {
        Some(agent) => format!("From {} with {agent}", last.ip),
        None => format!("From {}", last.ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::AccountId;

    const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn key(id: &str) -> CalledKey {
        CalledKey::new(AccountId::parse("a").unwrap(), KeyId::parse(id).unwrap())
    }

    #[test]
    fn a_cut_off_key_is_known_by_its_beginning_for_an_hour() {
        let awaited = AwaitedKeys::default();
        awaited.note("vx_abc123…", key("one"), NOON);
        awaited.note("vx_abc124…", key("other"), NOON);
        let find = |text: &str, seconds| {
            let found = awaited.find(text.as_bytes(), NOON.plus_seconds(seconds));
            found.map(|key| key.key_id.to_string())
        };
        assert_eq!(find("vx_abc123xyz", 3_600).as_deref(), Some("one"));
        assert_eq!(find("vx_abc123", 0).as_deref(), Some("one"));
        assert_eq!(find("vx_abc124…", 0).as_deref(), Some("other"));
        for unknown in ["", "vx_abc12", "vx_", "VX_abc123", " vx_abc123"] {
            assert_eq!(find(unknown, 0), None, "{unknown:?}");
        }
        assert_eq!(find("vx_abc123xyz", 3_601), None);
        assert!(awaited.lock().is_empty());
    }

    #[test]
    fn the_keys_that_are_waited_for_have_a_bound() {
        let awaited = AwaitedKeys::default();
        for number in 0..MOST + 10 {
            awaited.note(&format!("vx_{number:06}…"), key(&number.to_string()), NOON);
        }
        assert_eq!(awaited.lock().len(), MOST);
        assert!(awaited.find(b"vx_000000", NOON).is_none());
        assert!(awaited.find(b"vx_001009", NOON).is_some());
    }
}
