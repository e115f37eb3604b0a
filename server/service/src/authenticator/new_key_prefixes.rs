//! Keys that were created recently, by the beginning of their text.
//!
//! Most copies of a key that do not work are cut off, and a call with such a copy does not name a
//! key. For an hour, it is attributed by the beginning of the key, as far as the console shows it
//! for every key.

use crate::origin::CalledKey;
use domain::{Timestamp, seconds};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a new key is recognised by its beginning.
const RECENT_SECONDS: i64 = seconds::HOUR;
/// Upper bound of such keys; the latest are kept.
const MAX_KEYS: usize = 1_000;

struct NewKeyPrefix {
    /// The preview without the `…`.
    prefix: String,
    key: CalledKey,
    at: Timestamp,
}

/// Keys that were created recently, oldest first.
#[derive(Default)]
pub struct NewKeyPrefixes(Mutex<VecDeque<NewKeyPrefix>>);

impl NewKeyPrefixes {
    pub(crate) fn note(&self, preview: &str, key: CalledKey, at: Timestamp) {
        let mut keys = self.lock();
        if keys.len() == MAX_KEYS {
            keys.pop_front();
        }
        let prefix = preview.trim_end_matches('…').to_owned();
        keys.push_back(NewKeyPrefix { prefix, key, at });
    }

    /// Returns the newest key with whose preview the text begins. The text is not a whole key.
    pub(super) fn find(&self, presented: &[u8], now: Timestamp) -> Option<CalledKey> {
        let since = now.plus_seconds(-RECENT_SECONDS);
        let mut keys = self.lock();
        while keys.front().is_some_and(|first| first.at < since) {
            keys.pop_front();
        }
        let mut newest_first = keys.iter().rev();
        let found = newest_first.find(|recent| presented.starts_with(recent.prefix.as_bytes()));
        found.map(|recent| recent.key.clone())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<NewKeyPrefix>> {
        // No code panics while it holds the lock, and the list is consistent at every point.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, KeyId};

    const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn key(id: &str) -> CalledKey {
        CalledKey::new(AccountId::parse("a").unwrap(), KeyId::parse(id).unwrap())
    }

    #[test]
    fn truncated_key_matches_the_recent_key_with_its_preview_for_an_hour() {
        let new_key_prefixes = NewKeyPrefixes::default();
        new_key_prefixes.note("vx_abc123…", key("one"), NOON);
        new_key_prefixes.note("vx_abc124…", key("other"), NOON);
        let find = |text: &str, seconds| {
            let found = new_key_prefixes.find(text.as_bytes(), NOON.plus_seconds(seconds));
            found.map(|key| key.key_id.to_string())
        };
        assert_eq!(find("vx_abc123xyz", 3_600).as_deref(), Some("one"));
        assert_eq!(find("vx_abc123", 0).as_deref(), Some("one"));
        assert_eq!(find("vx_abc124…", 0).as_deref(), Some("other"));
        for unknown in ["", "vx_abc12", "vx_", "VX_abc123", " vx_abc123"] {
            assert_eq!(find(unknown, 0), None, "{unknown:?}");
        }
        assert_eq!(find("vx_abc123xyz", 3_601), None);
        assert!(new_key_prefixes.lock().is_empty());
    }

    #[test]
    fn new_key_prefixes_are_bounded_and_the_oldest_are_dropped() {
        let new_key_prefixes = NewKeyPrefixes::default();
        for number in 0..MAX_KEYS + 10 {
            new_key_prefixes.note(&format!("vx_{number:06}…"), key(&number.to_string()), NOON);
        }
        assert_eq!(new_key_prefixes.lock().len(), MAX_KEYS);
        assert!(new_key_prefixes.find(b"vx_000000", NOON).is_none());
        assert!(new_key_prefixes.find(b"vx_001009", NOON).is_some());
    }
}
