//! Short notices about a key, for the list and for the key's own page.

use crate::store::{KeyMarks, KeyRecord};
use domain::{KeyStatus, Scope, Timestamp, seconds};

/// A scope that no call needed for this many days may be unnecessary.
pub(super) const IDLE_DAYS: i64 = 30;
/// The networks that a key is called from are regarded as known after this time.
const KNOWN_SECONDS: i64 = seconds::DAY;
/// How long a new network, or a call with a revoked or expired key, is shown.
const NEWS_SECONDS: i64 = 7 * seconds::DAY;

/// A revoked or expired key that was called with after this time is still in use.
pub(crate) fn knocks_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-NEWS_SECONDS)
}

impl KeyMarks {
    /// Whether the first call from a new network was recent.
    fn has_new_network(&self, now: Timestamp) -> bool {
        let (Some(first), Some(new)) = (self.first_network_at, self.new_network_at) else {
            return false;
        };
        new > first.plus_seconds(KNOWN_SECONDS) && now < new.plus_seconds(NEWS_SECONDS)
    }

    /// Whether the latest call with the revoked or expired key was recent.
    fn is_knocking(&self, now: Timestamp) -> bool {
        self.knocked_at.is_some_and(|at| at > knocks_since(now))
    }

    /// Returns for how many whole days no call needed the scope, if these are at least
    /// [`IDLE_DAYS`]. `None` if nothing is known of that time, because the use of scopes was not
    /// yet recorded.
    pub(super) fn idle_days(&self, scope: Scope, now: Timestamp) -> Option<i64> {
        let since = self.scope_uses.last(scope).or(self.first_network_at)?;
        let days = (now.millis() - since.millis()) / (seconds::DAY * 1_000);
        (days >= IDLE_DAYS).then_some(days)
    }
}

/// Returns the key's notices, the most urgent first.
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
        Timestamp::from_millis(days * seconds::DAY * 1_000)
    }

    #[test]
    fn network_counts_as_new_for_a_week_if_the_key_was_in_use_for_over_a_day() {
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
    fn permission_counts_as_idle_30_days_after_its_last_use_or_the_keys_first_use() {
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
