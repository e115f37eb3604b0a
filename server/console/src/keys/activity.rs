//! Page model of how a key is used.

use super::week_pattern::week_pattern;
use crate::call_totals::{by_period, by_reason};
use domain::{
    ActivityPeriod, CallerRow, DisplayTime, Outcome, Scope, ScopeRow, Watch, WatchedCaller,
};
use service::Zone;
use service::keys::{CurrentKey, KeyActivity, KeyWarning, WatchedCallers};
use service::store::{Caller, CallingNetwork};
use web::words::time::display_time;

/// Returns the activity of a key in a period.
pub fn activity(
    activity: KeyActivity,
    key: &CurrentKey,
    period: ActivityPeriod,
    zone: &Zone,
) -> domain::KeyActivity {
    let format = match period {
        ActivityPeriod::Day => "%H:%M",
        ActivityPeriod::Week | ActivityPeriod::Month => "%-d %b",
    };
    let summary = &key.record.call_summary;
    let scopes = Scope::ALL.into_iter();
    let scopes = scopes.filter(|scope| key.record.scopes.contains(*scope));
    let (mut callers, mut refused) = (Vec::new(), Vec::new());
    let allow_list = key.record.allow_list.as_ref();
    for caller in activity.callers {
        match caller.outcome {
            Outcome::Accepted => {
                let is_blocked = allow_list.is_some_and(|list| !list.admits(caller.ip));
                callers.push(CallerRow {
                    is_blocked,
                    ..caller_row(caller, zone)
                });
            }
            Outcome::Refused(refusal) => refused.push((refusal, caller_row(caller, zone))),
        }
    }
    domain::KeyActivity {
        new_network: key.warnings.contains(&KeyWarning::NewNetwork),
        new_networks: (activity.new_networks.into_iter())
            .map(|network| new_network(network, zone))
            .collect(),
        unused: key.warnings.contains(&KeyWarning::Unused),
        period,
        tallies: by_period(&activity.period_starts, &activity.calls, zone, format),
        refusals: by_reason(&activity.calls),
        week_pattern: week_pattern(&activity.week_pattern),
        dead_key_calls: activity
            .dead_key_use
            .map(|(calls, last)| (calls, display_time(last, zone))),
        callers,
        refused,
        scopes: scopes
            .map(|scope| ScopeRow {
                scope,
                last: summary
                    .scope_uses
                    .last(scope)
                    .map(|at| display_time(at, zone)),
                idle_days: summary.idle_days(scope, key.at),
            })
            .collect(),
        watch: activity.watched.map(|watched| watch(watched, zone)),
    }
}

/// Returns the callers to choose an allow list from.
pub fn watch(watched: WatchedCallers, zone: &Zone) -> Watch {
    let callers = |callers: Vec<service::keys::WatchedCaller>| {
        let callers = callers.into_iter().map(|caller| WatchedCaller {
            text: caller.text,
            last: display_time(caller.last, zone),
            calls: caller.calls,
            is_proposed: caller.is_proposed,
        });
        callers.collect()
    };
    Watch {
        since: display_time(watched.since, zone),
        from: display_time(watched.from, zone),
        addresses: callers(watched.addresses),
        networks: callers(watched.networks),
        newest: watched.newest.map(|first| display_time(first, zone)),
    }
}

/// Returns a network with its only address, if there is one, and the time of its first call.
fn new_network(network: CallingNetwork, zone: &Zone) -> (String, DisplayTime) {
    let CallingNetwork {
        network,
        only_ip,
        first,
        ..
    } = network;
    let text = match only_ip {
        Some(ip) => format!("{network} ({ip})"),
        None => network,
    };
    (text, display_time(first, zone))
}

fn caller_row(caller: Caller, zone: &Zone) -> CallerRow {
    CallerRow {
        ip: caller.ip.to_string(),
        user_agent: caller.user_agent,
        first: display_time(caller.first, zone),
        last: display_time(caller.last, zone),
        calls: caller.calls,
        is_blocked: false,
    }
}
