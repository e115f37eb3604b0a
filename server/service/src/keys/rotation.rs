//! Rotations on the page of a key: the key that it replaced, the key that replaces it, and how
//! calls move from one to the other.

use super::Keys;
use crate::error::Error;
use crate::store::{CountedCalls, KeyRecord, UseRecord};
use crate::view::moment;
use crate::zone::Zone;
use domain::{KeyId, KeyLink, LastUse, Overlap, OverlapStep, RotationView, Timestamp, seconds};

const HOUR: i64 = seconds::HOUR * 1_000;
const DAY: i64 = seconds::DAY * 1_000;
/// The overlap of a rotation younger than this is shown by hours.
const HOURLY: i64 = 2 * DAY;
/// Hours or days before the rotation that are shown, so that the change is visible.
const BEFORE: u16 = 3;

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

    pub(super) async fn rotation_view(
        &self,
        key: &KeyRecord,
        now: Timestamp,
        zone: &Zone,
    ) -> Result<RotationView, Error> {
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
        let replaced = newer.as_ref().zip(key.replaced.as_ref());
        Ok(RotationView {
            replaces: older.as_ref().map(|older| link(older, now)),
            replaced_by: replaced.map(|(newer, own)| (link(newer, now), moment(own.at, zone))),
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
        let hourly = now.millis() - since.millis() < HOURLY;
        let begins = if hourly {
            hours(since, now, zone)
        } else {
            let days = zone.days_between(since, now);
            zone.days(now, days.saturating_add(1 + BEFORE))
        };
        let first = begins.first().copied().unwrap_or(since);
        let account = &old.account_id;
        let old_calls = self.store.key_calls(account, &old.id, first).await?;
        let new_calls = self.store.key_calls(account, &new.id, first).await?;
        let last = self.usages.latest(&old.id, old.last_use.clone());
        let last = last.filter(|last| last.at > since);
        Ok(Overlap {
            old: link(old, now),
            new: link(new, now),
            since: moment(since, zone),
            end: old.expires_at.map(|end| moment(end, zone)),
            steps: steps(&begins, &old_calls, &new_calls, hourly, zone),
            hourly,
            late: is_late(old, last.as_ref(), now),
            last_old_use: last.map(|last| LastUse {
                at: moment(last.at, zone),
                ip: last.ip.to_string(),
                user_agent: last.user_agent,
            }),
        })
    }
}

fn link(key: &KeyRecord, now: Timestamp) -> KeyLink {
    KeyLink {
        id: key.id.clone(),
        name: key.name.clone(),
        preview: key.preview.clone(),
        status: key.status(now),
    }
}

/// Whether a key that is being replaced was used since then, and its end is near: in the last tenth
/// of the time in which both keys work, and if that is more than two days, at least during the last
/// day.
pub(super) fn is_late(old: &KeyRecord, last_use: Option<&UseRecord>, now: Timestamp) -> bool {
    let (Some(replaced), Some(end), Some(last_use)) = (&old.replaced, old.expires_at, last_use)
    else {
        return false;
    };
    let grace = end.millis() - replaced.at.millis();
    let near = if grace > 2 * DAY {
        DAY.max(grace / 10)
    } else {
        grace / 10
    };
    last_use.at > replaced.at && end.millis() - now.millis() <= near
}

/// Returns the beginnings of the hours from shortly before the rotation on.
fn hours(since: Timestamp, now: Timestamp, zone: &Zone) -> Vec<Timestamp> {
    let first = zone.hour(since);
    let most = (now.millis() - first.millis()) / HOUR;
    let mut hours = zone.hours(now, usize::try_from(most).unwrap_or_default() + 2);
    hours.retain(|hour| *hour >= first);
    let before = Timestamp::from_millis(first.millis() - 1);
    let mut all = zone.hours(before, BEFORE.into());
    all.append(&mut hours);
    all
}

/// Returns the calls of both keys by hour or day, from their quarters. Refused calls count, because
/// their caller is still active.
fn steps(
    begins: &[Timestamp],
    old: &[CountedCalls],
    new: &[CountedCalls],
    hourly: bool,
    zone: &Zone,
) -> Vec<OverlapStep> {
    let format = if hourly { "%-d %b, %H:%M" } else { "%-d %b" };
    let mut told: Vec<_> = begins
        .iter()
        .map(|begin| OverlapStep {
            name: zone.write(*begin, format),
            old: 0,
            new: 0,
        })
        .collect();
    let mut add = |calls: &[CountedCalls], count: fn(&mut OverlapStep) -> &mut u64| {
        for call in calls {
            let step = begins.partition_point(|begin| *begin <= call.since);
            if let Some(step) = step.checked_sub(1).and_then(|step| told.get_mut(step)) {
                *count(step) += call.calls;
            }
        }
    };
    add(old, |step| &mut step.old);
    add(new, |step| &mut step.new);
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyDigest;
    use crate::store::Replacement;
    use domain::{
        AccountId, AccountName, Email, KeyName, Outcome, RateLimit, RefusalCode, ScopeSet,
    };
    use std::net::Ipv4Addr;

    const ROTATED: Timestamp = Timestamp::from_millis(1_795_411_867_000);

    fn key(grace_seconds: i64) -> KeyRecord {
        KeyRecord {
            id: KeyId::parse("old").unwrap(),
            account_id: AccountId::parse("account").unwrap(),
            account_name: AccountName::parse("Acme").unwrap(),
            name: KeyName::parse("CRM Sync").unwrap(),
            preview: "vx_abcdef…".into(),
            digest: KeyDigest::from_bytes([0; 32]),
            scopes: ScopeSet::parse("leads:read").unwrap(),
            created_at: Timestamp::from_millis(0),
            created_by: Email::parse("ada@example.com").unwrap(),
            expires_at: Some(ROTATED.plus_seconds(grace_seconds)),
            paused_at: None,
            note: None,
            replaces: None,
            replaced: Some(Replacement {
                by: KeyId::parse("new").unwrap(),
                at: ROTATED,
            }),
            account_limit: RateLimit::DEFAULT,
            own_limit: None,
            allow_list: None,
            watched_since: None,
            revocation: None,
            last_use: None,
            marks: crate::store::KeyMarks::default(),
        }
    }

    fn used(seconds: i64) -> UseRecord {
        UseRecord {
            at: ROTATED.plus_seconds(seconds),
            ip: Ipv4Addr::LOCALHOST.into(),
            user_agent: None,
        }
    }

    #[test]
    fn key_still_in_use_is_late_in_the_last_part_of_its_grace_period() {
        for (grace, late_from) in [
            (seconds::HOUR, seconds::HOUR * 9 / 10),
            (seconds::DAY, seconds::DAY * 9 / 10),
            (7 * seconds::DAY, 6 * seconds::DAY),
            (30 * seconds::DAY, 27 * seconds::DAY),
        ] {
            let late = |last: Option<UseRecord>, seconds: i64| {
                is_late(&key(grace), last.as_ref(), ROTATED.plus_seconds(seconds))
            };
            assert!(!late(Some(used(1)), late_from - 1), "{grace}");
            assert!(late(Some(used(1)), late_from), "{grace}");
            assert!(!late(Some(used(0)), late_from), "not since the rotation");
            assert!(!late(None, late_from), "never");
        }
    }

    #[test]
    fn calls_of_both_keys_are_counted_by_hour_or_by_day() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let calls = |since: Timestamp, outcome, calls| CountedCalls {
            since,
            outcome,
            calls,
        };
        let begins = hours(ROTATED, ROTATED.plus_seconds(seconds::HOUR), &zone);
        assert_eq!(begins.len(), 5);
        let (before, at) = (begins[2], begins[3]);
        let limited = Outcome::Refused(RefusalCode::RateLimited);
        let old = [
            calls(before, Outcome::Accepted, 7),
            calls(at, Outcome::Accepted, 2),
            calls(at, limited, 1),
        ];
        let new = [calls(at, Outcome::Accepted, 4)];
        let told = steps(&begins, &old, &new, true, &zone);
        let told: Vec<_> = told
            .iter()
            .map(|step| (step.name.as_str(), step.old, step.new))
            .collect();
        assert_eq!(
            told[2..],
            [
                ("23 Nov, 10:00", 7, 0),
                ("23 Nov, 11:00", 3, 4),
                ("23 Nov, 12:00", 0, 0)
            ]
        );
        let days = zone.days(ROTATED, 2);
        let told = steps(&days, &old, &new, false, &zone);
        assert_eq!(
            (told[1].name.as_str(), told[1].old, told[1].new),
            ("23 Nov", 10, 4)
        );
    }
}
