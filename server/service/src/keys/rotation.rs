//! Rotations of a key: the key that it replaced, the key that replaces it, and how calls move from
//! one to the other.

use super::Keys;
use crate::error::Error;
use crate::store::{CountedCalls, KeyRecord, LATE_REST_SECONDS, LONG_OVERLAP_SECONDS, UseRecord};
use crate::zone::Zone;
use domain::{KeyId, Timestamp, seconds};

const HOUR: i64 = seconds::HOUR * 1_000;
const DAY: i64 = seconds::DAY * 1_000;
/// The overlap of a rotation younger than this is shown by hours.
const HOURLY_BELOW: i64 = 2 * DAY;
/// Hours or days before the rotation that are shown, so that the change is visible.
const STEPS_BEFORE: u16 = 3;

/// The rotations of a key.
#[derive(Debug)]
pub struct Rotations {
    /// The key that this key replaced.
    pub older: Option<KeyRecord>,
    /// The key that replaced this key.
    pub newer: Option<KeyRecord>,
    /// Present while both keys of a rotation are live.
    pub overlap: Option<Overlap>,
}

/// How calls move from an old key to the one that replaces it.
#[derive(Debug)]
pub struct Overlap {
    pub old: KeyRecord,
    pub new: KeyRecord,
    /// The beginnings of the hours or days from shortly before the rotation on, oldest first.
    pub starts: Vec<Timestamp>,
    /// The calls are shown by hours instead of days.
    pub hourly: bool,
    /// Refused calls count, because their caller is still active.
    pub old_calls: Vec<CountedCalls>,
    pub new_calls: Vec<CountedCalls>,
    /// The latest call with the old key since the rotation.
    pub last_old_use: Option<UseRecord>,
    /// The old key expires soon and was used since the rotation.
    pub late: bool,
}

impl Keys {
    /// Returns the key that replaced this one.
    pub(super) async fn successor(&self, key: &KeyRecord) -> Result<Option<KeyRecord>, Error> {
        let id = key.replaced.as_ref().map(|replaced| &replaced.by);
        self.partner(key, id).await
    }

    async fn partner(
        &self,
        key: &KeyRecord,
        id: Option<&KeyId>,
    ) -> Result<Option<KeyRecord>, Error> {
        match id {
            Some(id) => Ok(self.store.find_key(&key.account_id, id).await?),
            None => Ok(None),
        }
    }

    pub(super) async fn rotations(
        &self,
        key: &KeyRecord,
        now: Timestamp,
        zone: &Zone,
    ) -> Result<Rotations, Error> {
        let older = self.partner(key, key.replaces.as_ref()).await?;
        let newer = self.successor(key).await?;
        // For a key between two rotations, the one in which it is to end is shown.
        let pairs = [(Some(key), newer.as_ref()), (older.as_ref(), Some(key))];
        let pair = pairs.into_iter().find_map(|(old, new)| {
            let (old, new) = (old?, new?);
            let own = old.replaced.as_ref()?.by == new.id;
            let live = [old, new].iter().all(|key| key.status(now).is_live());
            (own && live).then_some((old, new))
        });
        let overlap = match pair {
            Some((old, new)) => Some(self.overlap(old, new, now, zone).await?),
            None => None,
        };
        Ok(Rotations {
            older,
            newer,
            overlap,
        })
    }

    async fn overlap(
        &self,
        old: &KeyRecord,
        new: &KeyRecord,
        now: Timestamp,
        zone: &Zone,
    ) -> Result<Overlap, Error> {
        let since = new.created_at;
        let hourly = now.millis() - since.millis() < HOURLY_BELOW;
        let starts = if hourly {
            hours(since, now, zone)
        } else {
            let days = zone.days_between(since, now);
            zone.days(now, days.saturating_add(1 + STEPS_BEFORE))
        };
        let first = starts.first().copied().unwrap_or(since);
        let account = &old.account_id;
        let last = self.usages.latest(&old.id, old.last_use.clone());
        let last_old_use = last.filter(|last| last.at > since);
        Ok(Overlap {
            old_calls: self.store.key_calls(account, &old.id, first).await?,
            new_calls: self.store.key_calls(account, &new.id, first).await?,
            old: old.clone(),
            new: new.clone(),
            starts,
            hourly,
            late: GracePeriod::of(old)
                .is_some_and(|grace| grace.is_late(last_old_use.as_ref().map(|last| last.at), now)),
            last_old_use,
        })
    }
}

/// The time in which a key that was replaced can still be used.
#[derive(Debug, Clone, Copy)]
pub(super) struct GracePeriod {
    pub(super) replaced_at: Timestamp,
    pub(super) end: Timestamp,
}

impl GracePeriod {
    /// Returns `None` if the key was not replaced, or does not expire.
    pub(super) fn of(old: &KeyRecord) -> Option<Self> {
        Some(Self {
            replaced_at: old.replaced.as_ref()?.at,
            end: old.expires_at?,
        })
    }

    /// Whether the key is late, as defined by [`UnplannedExpiry`](crate::store::UnplannedExpiry).
    pub(super) fn is_late(self, last_use: Option<Timestamp>, now: Timestamp) -> bool {
        let end = self.end.millis();
        let overlap = end.saturating_sub(self.replaced_at.millis());
        let rest = end.saturating_sub(now.millis());
        let is_near = rest.saturating_mul(10) <= overlap
            || overlap > LONG_OVERLAP_SECONDS * 1_000 && rest <= LATE_REST_SECONDS * 1_000;
        last_use.is_some_and(|last_use| last_use > self.replaced_at) && is_near
    }
}

/// Returns the beginnings of the hours from shortly before the rotation on.
fn hours(since: Timestamp, now: Timestamp, zone: &Zone) -> Vec<Timestamp> {
    let first = zone.hour(since);
    let hours_since = (now.millis() - first.millis()) / HOUR;
    let mut hours = zone.hours(now, usize::try_from(hours_since).unwrap_or_default() + 2);
    hours.retain(|hour| *hour >= first);
    let before = Timestamp::from_millis(first.millis() - 1);
    let mut all = zone.hours(before, STEPS_BEFORE.into());
    all.append(&mut hours);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROTATED: Timestamp = Timestamp::from_millis(1_795_411_867_000);

    #[test]
    fn key_still_in_use_is_late_in_the_last_part_of_its_grace_period() {
        for (grace, late_from) in [
            (seconds::HOUR, seconds::HOUR * 9 / 10),
            (seconds::DAY, seconds::DAY * 9 / 10),
            (7 * seconds::DAY, 6 * seconds::DAY),
            (30 * seconds::DAY, 27 * seconds::DAY),
        ] {
            let period = GracePeriod {
                replaced_at: ROTATED,
                end: ROTATED.plus_seconds(grace),
            };
            let late = |used: Option<i64>, seconds: i64| {
                let last_use = used.map(|seconds| ROTATED.plus_seconds(seconds));
                period.is_late(last_use, ROTATED.plus_seconds(seconds))
            };
            assert!(!late(Some(1), late_from - 1), "{grace}");
            assert!(late(Some(1), late_from), "{grace}");
            assert!(!late(Some(0), late_from), "not since the rotation");
            assert!(!late(None, late_from), "never");
        }
    }

    #[test]
    fn hours_of_an_overlap_begin_shortly_before_the_rotation() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let hours = hours(ROTATED, ROTATED.plus_seconds(seconds::HOUR), &zone);
        let text = |hour: &Timestamp| zone.zoned(*hour).strftime("%H:%M").to_string();
        let texts: Vec<_> = hours.iter().map(text).collect();
        assert_eq!(texts, ["08:00", "09:00", "10:00", "11:00", "12:00"]);
    }
}
