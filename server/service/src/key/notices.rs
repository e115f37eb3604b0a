//! What deserves a look at a key, in few words, for the list and the key's own page.

use crate::store::{KeyMarks, KeyRecord};
use domain::{KeyStatus, Scope, Timestamp};

const DAY: i64 = 86_400;
/// A permission that no call needed for so long may be one too many.
pub(super) const IDLE_DAYS: i64 = 30;
/// From where a key is called is known once it was called for so long.
const KNOWN_SECONDS: i64 = DAY;
/// For so long a new network is news, and calls with a key that is over are.
const NEWS_SECONDS: i64 = 7 * DAY;

/// A key that is over and was called with after this still knocks.
pub(crate) fn knocks_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-NEWS_SECONDS)
}

impl KeyMarks {
    /// Whether the key was let in from a new network lately.
    fn has_new_network(&self, now: Timestamp) -> bool {
        let (Some(first), Some(new)) = (self.first_network_at, self.new_network_at) else {
            return false;
        };
        new > first.plus_seconds(KNOWN_SECONDS) && now < new.plus_seconds(NEWS_SECONDS)
    }

    /// Whether somebody called lately with a key that is over.
    fn is_knocking(&self, now: Timestamp) -> bool {
        self.knocked_at.is_some_and(|at| at > knocks_since(now))
    }

    /// For how many whole days no call needed the permission, where they are enough to tell. What was before uses of
    /// permissions were remembered nobody knows.
    pub(super) fn idle_days(&self, scope: Scope, now: Timestamp) -> Option<i64> {
        let since = self.scope_uses.last(scope).or(self.first_network_at)?;
        let days = (now.millis() - since.millis()) / (DAY * 1_000);
        (days >= IDLE_DAYS).then_some(days)
    }
}

/// The key's notices, the most urgent first.
pub(super) fn notices(
    key: &KeyRecord,
    status: KeyStatus,
    expires_soon: bool,
    unused: bool,
    now: Timestamp,
) -> Vec<String> {
    let marks = &key.marks;
    let active = status == KeyStatus::Active;
    let never: Vec<_> = Scope::ALL
        .into_iter()
        .filter(|scope| active && !unused && key.scopes.contains(*scope))
        .filter(|scope| marks.scope_uses.last(*scope).is_none())
        .filter(|scope| marks.idle_days(*scope, now).is_some())
        .map(Scope::as_str)
        .collect();
    let told = [
        (
            !status.is_live() && marks.is_knocking(now),
            "Still being called".to_owned(),
        ),
        (
            status.is_live() && marks.has_new_network(now),
            "First call from a new network".to_owned(),
        ),
        (expires_soon, "Expires soon".to_owned()),
        (unused, "Unused for 30 days".to_owned()),
        (
            !never.is_empty(),
            format!("Never used: {}", never.join(", ")),
        ),
    ];
    told.into_iter()
        .filter_map(|(holds, text)| holds.then_some(text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_millis(days * DAY * 1_000)
    }

    #[test]
    fn a_network_is_news_for_a_week_once_the_key_is_known_for_a_day() {
        let marks = |first, new| KeyMarks {
            first_network_at: Some(at(first)),
            new_network_at: Some(at(new)),
            ..KeyMarks::default()
        };
        assert!(marks(0, 2).has_new_network(at(2)));
        assert!(marks(0, 2).has_new_network(at(8)));
        assert!(!marks(0, 2).has_new_network(at(9)), "a week is over");
        assert!(!marks(0, 1).has_new_network(at(2)), "it was too young");
        assert!(!KeyMarks::default().has_new_network(at(2)));
    }

    #[test]
    fn a_permission_is_idle_since_its_last_use_or_else_since_the_keys_first() {
        let mut marks = KeyMarks::default();
        assert_eq!(marks.idle_days(Scope::LeadsRead, at(400)), None);
        marks.first_network_at = Some(at(0));
        assert_eq!(marks.idle_days(Scope::LeadsRead, at(29)), None);
        assert_eq!(marks.idle_days(Scope::LeadsRead, at(30)), Some(30));
        marks.scope_uses.note(Scope::LeadsRead, at(20));
        assert_eq!(marks.idle_days(Scope::LeadsRead, at(49)), None);
        assert_eq!(marks.idle_days(Scope::LeadsRead, at(80)), Some(60));
        assert_eq!(marks.idle_days(Scope::LeadsWrite, at(80)), Some(80));
    }
}
