//! Page model of the Dashboard.

use super::tiles::tiles;
use super::words;
use crate::call_totals::{by_period, by_reason};
use crate::{audit, keys};
use domain::{BusyKey, DashboardPage, LastChange, LatestEvent, OnboardingSteps};
use service::store::{LoggedEvent, NamedKeyCalls};
use service::{LatestChange, Member, Overview, Zone};
use web::words::time::display_time;

/// Returns the Dashboard.
pub fn dashboard(overview: Overview, member: &Member, public_url: &str) -> DashboardPage {
    let zone = member.time_zone();
    let keys = overview.keys;
    DashboardPage {
        steps: OnboardingSteps {
            key: keys.active + keys.paused + keys.expired + keys.revoked > 0,
            call: overview.was_called,
            data: overview.items > 0 || !overview.leads.is_empty(),
        },
        days: by_period(&overview.days, &overview.calls, zone, "%-d %b"),
        tiles: tiles(&overview.today, keys, zone),
        refusals: by_reason(&overview.recent_calls),
        busy_keys: overview.busy_keys.keys.into_iter().map(busy_key).collect(),
        examined_keys: overview.busy_keys.examined,
        keys,
        expiring: keys::page::expiring(overview.expiring, zone),
        items: overview.items,
        inventory_change: overview.inventory_change.map(|change| last(change, zone)),
        leads: overview.leads,
        leads_change: overview.leads_change.map(|change| last(change, zone)),
        events: overview
            .events
            .into_iter()
            .map(|event| latest_event(event, zone))
            .collect(),
        time_zone: zone.name().to_owned(),
        now: display_time(overview.now, zone),
        public_url: public_url.to_owned(),
        may_manage: member.role().may_manage_keys(),
    }
}

fn latest_event(event: LoggedEvent, zone: &Zone) -> LatestEvent {
    let row = audit::row(event, zone);
    let (thing, page) = row.thing.map(|thing| (thing.name, thing.page)).unzip();
    LatestEvent {
        at: row.at,
        what: row.what,
        thing,
        page: page.flatten(),
        who: row.who.name,
    }
}

fn busy_key(key: NamedKeyCalls) -> BusyKey {
    BusyKey {
        id: key.id,
        name: key.name,
        preview: key.preview,
        accepted: key.calls.accepted,
        refused: key.calls.refused,
    }
}

fn last(change: LatestChange, zone: &Zone) -> LastChange {
    LastChange {
        at: display_time(change.event.at, zone),
        what: words::change(&change.event),
        key: change.key,
    }
}
