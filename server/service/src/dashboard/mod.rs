//! The Dashboard: an account at a glance.

mod change;

use crate::clock::Clock;
use crate::error::Error;
use crate::keys::{Keys, UNUSED_SECONDS};
use crate::sessions::Member;
use crate::store::{Action, Actor, AuditEvent, DashboardPorts, KeyFilter};
use crate::tally::{by_reason, by_stretch};
use crate::view::moment;
use domain::{
    DashboardPage, FirstSteps, KeyCount, KeyCounts, KeyOrder, KeyStatus, LastChange, LeadStatus,
    Timestamp,
};
use std::sync::Arc;

/// Days that the Dashboard shows, including today.
const DAYS: u16 = 30;

const INVENTORY: [Action; 2] = [Action::InventoryUpdated, Action::ItemDeleted];
const LEADS: [Action; 3] = [Action::LeadCreated, Action::LeadUpdated, Action::LeadErased];

/// The summary of an account.
pub struct Dashboard {
    pub(crate) store: Arc<dyn DashboardPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) public_url: String,
}

impl Dashboard {
    /// Returns all data of the Dashboard, for any role.
    ///
    /// The amount of data read does not grow with the number of keys, calls or events: at most
    /// [`KeyCount::MOST`] keys of each kind are counted, items have a counter, leads are counted by
    /// an index, and the rest is found by an index.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(&self, member: &Member) -> Result<DashboardPage, Error> {
        let account = &member.account_id;
        let zone = &member.time_zone;
        let now = self.clock.now();
        let days = zone.days(now, DAYS);
        let since = days.first().copied().unwrap_or(now);
        let calls = self.store.calls(account, since).await?;
        let first_call = self.store.first_call(account).await?;
        let keys = self.count_keys(member, now).await?;
        let items = self.store.number_of_items(account).await?;
        let mut leads = self.store.count_leads_by_status(account).await?;
        let order = |status: &LeadStatus| LeadStatus::ALL.iter().position(|own| own == status);
        leads.sort_by_key(|(status, _)| order(status));
        let inventory_change = self.last_of(member, &INVENTORY).await?;
        let leads_change = self.last_of(member, &LEADS).await?;
        Ok(DashboardPage {
            steps: FirstSteps {
                key: keys.active + keys.paused + keys.expired + keys.revoked > 0,
                call: first_call.is_some(),
                data: items > 0 || !leads.is_empty(),
            },
            days: by_stretch(&days, &calls, zone, "%-d %b"),
            refusals: by_reason(&calls),
            inventory_change: self.told(member, inventory_change).await?,
            leads_change: self.told(member, leads_change).await?,
            keys,
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

    async fn told(
        &self,
        member: &Member,
        event: Option<AuditEvent>,
    ) -> Result<Option<LastChange>, Error> {
        let Some(event) = event else {
            return Ok(None);
        };
        let key = match &event.actor {
            Actor::Key(id) => self.store.find_key(&member.account_id, id).await?,
            _ => None,
        };
        let name = key.map(|key| key.name);
        Ok(Some(change::told(&event, name, &member.time_zone)))
    }

    async fn count_keys(&self, member: &Member, now: Timestamp) -> Result<KeyCounts, Error> {
        let account = &member.account_id;
        self.keys.note_expired(account, now).await?;
        let count = async |filter: KeyFilter| {
            let most = KeyCount::MOST + 1;
            let order = KeyOrder::default();
            let counted = self.store.count_keys(account, &filter, order, most);
            counted.await.map(|counted| counted.keys)
        };
        let of = |status| KeyFilter {
            status: Some(status),
            ..KeyFilter::default()
        };
        Ok(KeyCounts {
            active: count(of(KeyStatus::Active)).await?,
            paused: count(of(KeyStatus::Paused)).await?,
            expired: count(of(KeyStatus::Expired)).await?,
            revoked: count(of(KeyStatus::Revoked)).await?,
            // By this filter alone, so that an index suffices and no key is read.
            unused: count(KeyFilter {
                idle_since: Some(now.plus_seconds(-UNUSED_SECONDS)),
                ..KeyFilter::default()
            })
            .await?,
            knocking: self.keys.count_knocking(member, now).await?,
            expiring: self.keys.expiring(member, now).await?,
        })
    }
}
