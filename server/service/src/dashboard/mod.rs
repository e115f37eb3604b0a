//! An account at a glance.

mod change;

use crate::inventory::ItemFilter;
use crate::store::{Action, AuditEvent, KeyRecord};
use crate::tally::{by_reason, by_stretch};
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{DashboardPage, ExpiringKey, FirstSteps, KeyCounts, KeyStatus, LeadStatus, Timestamp};

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
        let expiring = self.expiring(member, now).await?;
        Ok(DashboardPage {
            steps: FirstSteps {
                key: !keys.is_empty(),
                call: first_call.is_some(),
                data: items > 0 || !leads.is_empty(),
            },
            days: by_stretch(&days, &calls, zone, "%-d %b"),
            refusals: by_reason(&calls),
            inventory_change: told(inventory_change),
            leads_change: told(leads_change),
            keys: self.count_keys(keys, expiring, now, zone),
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

    fn count_keys(
        &self,
        keys: Vec<KeyRecord>,
        expiring: Vec<ExpiringKey>,
        now: Timestamp,
        zone: &Zone,
    ) -> KeyCounts {
        let mut counts = KeyCounts {
            expiring,
            ..KeyCounts::default()
        };
        for record in keys {
            let knocking = record.marks.is_knocking(now);
            let key = self.key_view(record, now, zone);
            counts.knocking += usize::from(knocking && !key.status.is_live());
            let count = match key.status {
                KeyStatus::Active => &mut counts.active,
                KeyStatus::Paused => &mut counts.paused,
                KeyStatus::Expired => &mut counts.expired,
                KeyStatus::Revoked => &mut counts.revoked,
            };
            *count += 1;
            counts.unused += usize::from(key.unused);
        }
        counts
    }
}
