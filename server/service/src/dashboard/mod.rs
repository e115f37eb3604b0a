//! An account at a glance.

mod busy_keys;
mod today;

pub use busy_keys::BusyKeys;
pub use today::{Comparison, Today};

use self::today::comparison_ends;
use crate::clock::Clock;
use crate::error::Error;
use crate::keys::{Keys, attention};
use crate::sessions::Member;
use crate::store::{
    Action, Actor, AuditEvent, AuditFilter, CountedCalls, DashboardPorts, ExpiringKeyRecord,
    LoggedEvent,
};
use domain::{AccountId, KeyCount, KeyCounts, KeyName, LeadStatus, Timestamp};
use std::sync::Arc;

/// Days of an overview, including today.
const DAYS: u16 = 30;
/// The last of these days, of which refusals and busy keys are shown. Refused calls are kept as
/// long.
const RECENT_DAYS: usize = 7;

/// Number of the newest events of the audit log that are shown.
const EVENTS: u32 = 5;

const INVENTORY: [Action; 2] = [Action::InventoryUpdated, Action::ItemDeleted];
const LEADS: [Action; 3] = [Action::LeadCreated, Action::LeadUpdated, Action::LeadErased];

/// An account at a glance.
#[derive(Debug)]
pub struct Overview {
    pub now: Timestamp,
    /// The beginnings of the last 30 days in the account's time zone, oldest first.
    pub days: Vec<Timestamp>,
    /// The calls of these days. Two of the days are in two parts, for [`Today`].
    pub calls: Vec<CountedCalls>,
    pub today: Today,
    /// The calls of the last 7 days.
    pub recent_calls: Vec<CountedCalls>,
    /// The keys with the most calls in the last 7 days.
    pub busy_keys: BusyKeys,
    /// A call was accepted at any time.
    pub was_called: bool,
    pub keys: KeyCounts,
    /// The keys that expire within 30 days, as in a [`KeyList`](crate::keys::KeyList).
    pub expiring: Vec<ExpiringKeyRecord>,
    pub items: u64,
    /// Number of leads by status, without erased ones.
    pub leads: Vec<(LeadStatus, u64)>,
    pub inventory_change: Option<LatestChange>,
    pub leads_change: Option<LatestChange>,
    /// The newest events of the audit log, newest first.
    pub events: Vec<LoggedEvent>,
}

/// The most recent change of a kind.
#[derive(Debug)]
pub struct LatestChange {
    pub event: AuditEvent,
    /// Name of the key that made the change; `None` for changes made in the console.
    pub key: Option<KeyName>,
}

/// The overview of an account.
pub struct Dashboard {
    pub(crate) store: Arc<dyn DashboardPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keys: Arc<Keys>,
}

impl Dashboard {
    /// Returns the overview of the member's account, for any role.
    ///
    /// The amount of data read does not grow with the number of keys, calls or events: at most
    /// [`KeyCount::MAX`] keys of each kind are counted, the calls of at most 100 keys are summed
    /// up, items have a counter, leads are counted by an index, and the rest is found by an index.
    ///
    /// # Errors
    /// The database's.
    pub async fn overview(&self, member: &Member) -> Result<Overview, Error> {
        let account = &member.account_id;
        let now = self.clock.now();
        let days = member.time_zone.days(now, DAYS);
        let recent = days[days.len().saturating_sub(RECENT_DAYS)..].first();
        let recent = recent.copied().unwrap_or(now);
        // The comparison of today with a week ago needs parts of two of these days.
        let mut starts = days.clone();
        starts.extend(comparison_ends(now, &member.time_zone));
        starts.sort_unstable();
        starts.dedup();
        let calls = self.store.calls(account, &starts).await?;
        let recent_calls = calls.iter().filter(|call| call.since >= recent);
        let recent_calls: Vec<_> = recent_calls.copied().collect();
        // The calls of a key are counted together with those of its account.
        let busy_keys = if recent_calls.is_empty() {
            BusyKeys::default()
        } else {
            self.busy_keys(account, recent).await?
        };
        let first_call = self.store.first_call(account).await?;
        let mut leads = self.store.count_leads_by_status(account).await?;
        let order = |status: &LeadStatus| LeadStatus::ALL.iter().position(|own| own == status);
        leads.sort_by_key(|(status, _)| order(status));
        let kinds = [&INVENTORY[..], &LEADS].concat();
        let changes = self.store.newest_events(account, &kinds).await?;
        let events = AuditFilter::default();
        let events = self.store.audit_log(account, &events, None, None, EVENTS);
        let events = events.await?;
        Ok(Overview {
            now,
            today: Today::new(&calls, first_call, now, &member.time_zone),
            recent_calls,
            busy_keys,
            calls,
            days,
            was_called: first_call.is_some(),
            keys: self.count_keys(account, now).await?,
            expiring: self.keys.expiring(account, now).await?,
            items: self.store.number_of_items(account).await?,
            leads,
            inventory_change: self.latest_change(account, &INVENTORY, &changes).await?,
            leads_change: self.latest_change(account, &LEADS, &changes).await?,
            events,
        })
    }

    /// Returns the latest of these events that is of one of the kinds.
    async fn latest_change(
        &self,
        account: &AccountId,
        kinds: &[Action],
        events: &[AuditEvent],
    ) -> Result<Option<LatestChange>, Error> {
        let events = events.iter().filter(|event| kinds.contains(&event.action));
        let Some(event) = events.max_by_key(|event| event.at) else {
            return Ok(None);
        };
        let key = match &event.actor {
            Actor::Key(id) => self.store.find_key(account, id).await?,
            _ => None,
        };
        Ok(Some(LatestChange {
            event: event.clone(),
            key: key.map(|key| key.name),
        }))
    }

    async fn count_keys(&self, account: &AccountId, now: Timestamp) -> Result<KeyCounts, Error> {
        self.keys.note_expired(account, now).await?;
        let limit = KeyCount::MAX + 1;
        let counts = self.store.count_states(account, attention(now), limit);
        Ok(counts.await?)
    }
}
