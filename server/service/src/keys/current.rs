//! Keys as they are now: their status, their latest use, and what needs attention.

use super::Keys;
use super::attention::attention;
use super::rotation::GracePeriod;
use crate::store::{KNOWN_NETWORKS_SECONDS, KeyCallSummary, KeyRecord};
use domain::{KeyStatus, Scope, Timestamp, seconds};

/// A key that was used within this time is revoked only if its name is typed: something still
/// depends on it.
const USED_RECENTLY_SECONDS: i64 = seconds::DAY;
/// A scope that no call needed for this many days may be unnecessary.
const IDLE_DAYS: i64 = 30;

/// A key as it was at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentKey {
    /// The stored key, with its latest use, even if that is not stored yet.
    pub record: KeyRecord,
    pub at: Timestamp,
    pub status: KeyStatus,
    /// The key was used within the last 24 hours.
    pub used_recently: bool,
    /// The most urgent first.
    pub warnings: Vec<KeyWarning>,
}

/// A condition of a key that its row and its page show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyWarning {
    /// The revocation or pause is in force on this node only, because it is not stored yet.
    NotStored,
    /// The key is revoked or expired, and was used in the last 7 days.
    DeadKeyInUse,
    /// The key was called from a network that it was not known to be called from.
    NewNetwork,
    /// The key is active or paused, and expires within 7 days. If it is being replaced, it is late
    /// as well (`attention.rs`).
    ExpiresSoon,
    /// The key is active or paused, and another key is replacing it.
    BeingReplaced,
    /// The key is active or paused, and was neither used nor created in the last 30 days.
    Unused,
    /// No call has needed these scopes since the key was first used, at least 30 days ago.
    UnusedScopes(Vec<Scope>),
}

impl KeyWarning {
    /// Whether a key with this condition needs attention, by the definition in `attention.rs`. The
    /// other conditions are worth knowing, but may be as intended.
    pub const fn needs_attention(&self) -> bool {
        match self {
            Self::NotStored
            | Self::DeadKeyInUse
            | Self::NewNetwork
            | Self::ExpiresSoon
            | Self::Unused => true,
            Self::BeingReplaced | Self::UnusedScopes(_) => false,
        }
    }
}

impl KeyCallSummary {
    /// Returns whether the first call from a new network was recent.
    pub(super) fn has_new_network(&self, now: Timestamp) -> bool {
        self.new_network_at
            .is_some_and(|first| self.is_new_network(first, now))
    }

    /// Returns whether a network is new, from which the key was first called at the time `first`.
    pub(super) fn is_new_network(&self, first: Timestamp, now: Timestamp) -> bool {
        let Some(known_since) = self.first_network_at else {
            return false;
        };
        let news = attention(now).new_network_after;
        first > known_since.plus_seconds(KNOWN_NETWORKS_SECONDS) && first > news
    }

    /// Returns for how many whole days no call needed the scope, if these are at least 30. `None`
    /// if nothing is known of that time, because the use of scopes was not yet recorded.
    pub fn idle_days(&self, scope: Scope, now: Timestamp) -> Option<i64> {
        let since = self.scope_uses.last(scope).or(self.first_network_at)?;
        let days = (now.millis() - since.millis()) / (seconds::DAY * 1_000);
        (days >= IDLE_DAYS).then_some(days)
    }
}

impl Keys {
    pub(super) fn current(&self, mut record: KeyRecord, now: Timestamp) -> CurrentKey {
        let pending_stops = self.pending_stops.find(&record.account_id, &record.id);
        record.last_use = self.usages.latest(&record.id, record.last_use);
        let recently = now.plus_seconds(-USED_RECENTLY_SECONDS);
        CurrentKey {
            at: now,
            status: record.status(now),
            used_recently: (record.last_use.as_ref()).is_some_and(|last| last.at > recently),
            warnings: warnings(&record, pending_stops.is_none(), now),
            record,
        }
    }
}

fn warnings(key: &KeyRecord, is_stored: bool, now: Timestamp) -> Vec<KeyWarning> {
    let (call_summary, status) = (&key.call_summary, key.status(now));
    let (active, live) = (status == KeyStatus::Active, status.is_live());
    let last_sign_of_life = (key.last_use.as_ref()).map_or(key.created_at, |last| last.at);
    let attention = attention(now);
    let unused = live && last_sign_of_life <= attention.idle_since;
    let is_replaced = key.is_being_replaced();
    let last_use = key.last_use.as_ref().map(|last| last.at);
    let expires_soon = (key.expires_at).is_some_and(|end| end <= attention.unplanned_expiry.by)
        && (!is_replaced || GracePeriod::of(key).is_some_and(|grace| grace.is_late(last_use, now)));
    let dead_key_call =
        (call_summary.dead_key_call_at).is_some_and(|last| last > attention.dead_key_call_after);
    let unused_scopes: Vec<_> = Scope::ALL
        .into_iter()
        .filter(|scope| active && !unused && key.scopes.contains(*scope))
        .filter(|scope| call_summary.scope_uses.last(*scope).is_none())
        .filter(|scope| call_summary.idle_days(*scope, now).is_some())
        .collect();
    let warnings = [
        (!is_stored, KeyWarning::NotStored),
        (!live && dead_key_call, KeyWarning::DeadKeyInUse),
        (
            live && call_summary.has_new_network(now),
            KeyWarning::NewNetwork,
        ),
        (live && expires_soon, KeyWarning::ExpiresSoon),
        (live && is_replaced, KeyWarning::BeingReplaced),
        (unused, KeyWarning::Unused),
        (
            !unused_scopes.is_empty(),
            KeyWarning::UnusedScopes(unused_scopes),
        ),
    ];
    let holding = warnings.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, warning)| warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_millis(days * seconds::DAY * 1_000)
    }

    #[test]
    fn network_counts_as_new_for_a_week_if_the_key_was_in_use_for_over_a_day() {
        let call_summary = |first, new| KeyCallSummary {
            first_network_at: Some(at(first)),
            new_network_at: Some(at(new)),
            ..KeyCallSummary::default()
        };
        assert!(call_summary(0, 2).has_new_network(at(2)));
        assert!(call_summary(0, 2).has_new_network(at(8)));
        assert!(!call_summary(0, 2).has_new_network(at(9)), "a week is over");
        assert!(
            !call_summary(0, 1).has_new_network(at(2)),
            "it was too young"
        );
        assert!(!KeyCallSummary::default().has_new_network(at(2)));
    }

    #[test]
    fn permission_counts_as_idle_30_days_after_its_last_use_or_the_keys_first_use() {
        let mut call_summary = KeyCallSummary::default();
        assert_eq!(call_summary.idle_days(Scope::LeadsRead, at(400)), None);
        call_summary.first_network_at = Some(at(0));
        assert_eq!(call_summary.idle_days(Scope::LeadsRead, at(29)), None);
        assert_eq!(call_summary.idle_days(Scope::LeadsRead, at(30)), Some(30));
        call_summary.scope_uses.note(Scope::LeadsRead, at(20));
        assert_eq!(call_summary.idle_days(Scope::LeadsRead, at(49)), None);
        assert_eq!(call_summary.idle_days(Scope::LeadsRead, at(80)), Some(60));
        assert_eq!(call_summary.idle_days(Scope::LeadsWrite, at(80)), Some(80));
    }
}
