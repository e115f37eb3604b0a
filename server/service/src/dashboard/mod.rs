//! An account at a glance.

mod change;

use crate::inventory::ItemFilter;
use crate::store::{Action, AuditEvent, CountedCalls, KeyRecord};
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{
    DashboardPage, DayCalls, ExpiringKey, FirstSteps, KeyCounts, KeyStatus, KeyView, LeadStatus,
    Outcome, Refusal, Timestamp,
};
use std::collections::BTreeMap;

/// How many days the Dashboard tells of, today included.
const DAYS: u16 = 30;

const INVENTORY: [Action; 2] = [Action::InventoryUpdated, Action::ItemDeleted];
const LEADS: [Action; 3] = [Action::LeadCreated, Action::LeadUpdated, Action::LeadErased];

impl Service {
    /// Everything the Dashboard shows, for any role.
    ///
    /// What is read grows with the number of keys, as on the API Keys page, and not with that of calls, events or leads:
    /// items and leads are counted by an index, the rest is found by one.
    ///
    /// # Errors
    /// The database's.
    pub async fn dashboard_page(&self, member: &Member) -> Result<DashboardPage, Error> {
        let account = &member.account_id;
        let zone = &member.time_zone;
        let now = self.clock.now();
        let days = zone.days(now, DAYS);
        let since = days.first().copied().unwrap_or(now);
        let calls = self.store.calls(account, since).await?;
        let first_call = self.store.first_call(account).await?;
        let keys = self.store.list_keys(account).await?;
        let items = self
            .store
            .count_items(account, &ItemFilter::default())
            .await?;
        let mut leads = self.store.count_leads_by_status(account).await?;
        let order = |status: &LeadStatus| LeadStatus::ALL.iter().position(|own| own == status);
        leads.sort_by_key(|(status, _)| order(status));
        let inventory_change = self.last_of(member, &INVENTORY).await?;
        let leads_change = self.last_of(member, &LEADS).await?;
        let told = |event: Option<AuditEvent>| event.map(|event| change::told(&event, &keys, zone));
        Ok(DashboardPage {
            steps: FirstSteps {
                key: !keys.is_empty(),
                call: first_call.is_some(),
                data: items > 0 || !leads.is_empty(),
            },
            days: by_day(&days, &calls, zone),
            refusals: by_reason(&calls),
            inventory_change: told(inventory_change),
            leads_change: told(leads_change),
            keys: self.count_keys(keys, now, zone),
            items,
            leads,
            time_zone: zone.name().to_owned(),
            now: moment(now, zone),
            public_url: self.public_url.clone(),
            manages: member.role.manages_keys(),
        })
    }

    async fn last_of(
        &self,
        member: &Member,
        actions: &[Action],
    ) -> Result<Option<AuditEvent>, Error> {
        let mut last: Option<AuditEvent> = None;
        for action in actions {
            let event = self.store.last_event(&member.account_id, *action).await?;
            if let Some(event) = event
                && last.as_ref().is_none_or(|last| last.at < event.at)
            {
                last = Some(event);
            }
        }
        Ok(last)
    }

    fn count_keys(&self, keys: Vec<KeyRecord>, now: Timestamp, zone: &Zone) -> KeyCounts {
        let mut counts = KeyCounts::default();
        for record in keys {
            let key = self.key_view(record, now, zone);
            let count = match key.status {
                KeyStatus::Active => &mut counts.active,
                KeyStatus::Paused => &mut counts.paused,
                KeyStatus::Expired => &mut counts.expired,
                KeyStatus::Revoked => &mut counts.revoked,
            };
            *count += 1;
            counts.unused += usize::from(key.unused);
            counts.expiring.extend(expiring(key));
        }
        counts.expiring.sort_by_key(|key| key.end.at);
        counts
    }
}

fn expiring(key: KeyView) -> Option<ExpiringKey> {
    Some(ExpiringKey {
        end: key.expires.filter(|_| key.expires_soon)?,
        id: key.id,
        name: key.name,
    })
}

/// Each call on the day in which its quarter of an hour began.
fn by_day(days: &[Timestamp], calls: &[CountedCalls], zone: &Zone) -> Vec<DayCalls> {
    let mut told: Vec<_> = days
        .iter()
        .map(|begin| DayCalls {
            name: zone.write(*begin, "%-d %b"),
            accepted: 0,
            refused: 0,
        })
        .collect();
    for call in calls {
        let day = days.partition_point(|begin| *begin <= call.since);
        if let Some(day) = day.checked_sub(1).and_then(|day| told.get_mut(day)) {
            match call.outcome {
                Outcome::Accepted => day.accepted += call.calls,
                Outcome::Refused(_) => day.refused += call.calls,
            }
        }
    }
    told
}

fn by_reason(calls: &[CountedCalls]) -> Vec<(Refusal, u64)> {
    let mut reasons: BTreeMap<Refusal, u64> = BTreeMap::new();
    for call in calls {
        if let Outcome::Refused(refusal) = call.outcome {
            *reasons.entry(refusal).or_default() += call.calls;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    // Stable: equal counts stay in the order in which refusals are checked.
    reasons.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(since: i64, outcome: Outcome, calls: u64) -> CountedCalls {
        CountedCalls {
            since: Timestamp::from_millis(since),
            outcome,
            calls,
        }
    }

    #[test]
    fn calls_belong_to_the_day_of_the_accounts_own_zone() {
        // Midnight of 23 Nov 2026 in Kathmandu, which is 18:15 UTC of the day before.
        let midnight = 1_795_371_300_000;
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let days = zone.days(Timestamp::from_millis(midnight + 1), DAYS);
        let limited = Outcome::Refused(Refusal::RateLimited);
        let told = by_day(
            &days,
            &[
                calls(midnight - 900_000, Outcome::Accepted, 2),
                calls(midnight, Outcome::Accepted, 3),
                calls(midnight, limited, 4),
            ],
            &zone,
        );
        let [.., yesterday, today] = told.as_slice() else {
            panic!("too few days")
        };
        let day = |day: &DayCalls| (day.name.clone(), day.accepted, day.refused);
        assert_eq!(day(yesterday), ("22 Nov".into(), 2, 0));
        assert_eq!(day(today), ("23 Nov".into(), 3, 4));
        assert_eq!((told.len(), today.total()), (30, 7));
    }

    #[test]
    fn what_was_before_the_first_day_counts_for_none() {
        let days = Zone::parse("UTC")
            .unwrap()
            .days(Timestamp::from_millis(0), 2);
        let before = calls(days[0].millis() - 1, Outcome::Accepted, 9);
        let told = by_day(&days, &[before], &Zone::parse("UTC").unwrap());
        assert!(told.iter().all(|day| day.total() == 0));
    }

    #[test]
    fn the_most_frequent_reason_comes_first() {
        let refused = |refusal, count| calls(0, Outcome::Refused(refusal), count);
        let told = by_reason(&[
            refused(Refusal::InvalidBody, 2),
            calls(0, Outcome::Accepted, 100),
            refused(Refusal::RateLimited, 2),
            refused(Refusal::NotFound, 1),
            refused(Refusal::NotFound, 4),
        ]);
        let expected = [
            (Refusal::NotFound, 5),
            (Refusal::RateLimited, 2),
            (Refusal::InvalidBody, 2),
        ];
        assert_eq!(told, expected);
    }
}
