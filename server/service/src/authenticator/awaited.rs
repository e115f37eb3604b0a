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
const AWAITED_SECONDS: i64 = seconds::HOUR;
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
    pub(crate) fn note(&self, preview: &str, key: CalledKey, at: Timestamp) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, KeyId};

    const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn key(id: &str) -> CalledKey {
        CalledKey::new(AccountId::parse("a").unwrap(), KeyId::parse(id).unwrap())
    }

    #[test]
    fn truncated_key_matches_the_awaited_key_with_its_preview_for_an_hour() {
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
    fn awaited_keys_are_bounded_and_the_oldest_are_dropped() {
        let awaited = AwaitedKeys::default();
        for number in 0..MOST + 10 {
            awaited.note(&format!("vx_{number:06}…"), key(&number.to_string()), NOON);
        }
        assert_eq!(awaited.lock().len(), MOST);
        assert!(awaited.find(b"vx_000000", NOON).is_none());
        assert!(awaited.find(b"vx_001009", NOON).is_some());
    }
}
