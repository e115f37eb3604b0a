//! Page models of the list of keys and of one key.

use super::call_examples::call_examples;
use super::key_view::view;
use super::week_pattern::week_pattern;
use super::{address, filters, history, named_lists, rotations, words};
use crate::call_totals::{by_period, by_reason};
use domain::{
    ActivityPeriod, CallerRow, DisplayTime, ExpiringKey, IdentifiedKey, KeyPage, KeyQuery, KeyView,
    KeysPage, KeysPageContext, NewKeyOptions, Outcome, Scope, ScopeRow, ShownSecret, Timestamp,
    Watch, WatchedCaller,
};
use service::key::AllowList;
use service::keys::{
    CurrentKey, IssuedKey, KeyActivity, KeyDetails, KeyList, KeyWarning, NewKeyChoices,
    WatchedCallers,
};
use service::store::{Caller, CallingNetwork, ExpiringKeyRecord};
use service::{InvalidReason, Member, Zone};
use web::words::invalid_field;
use web::words::time::{display_expiry, display_time, is_end_of_day};

/// Returns the API Keys page.
pub fn list(list: KeyList, query: KeyQuery, member: &Member, public_url: &str) -> KeysPage {
    let (now, zone) = (list.now, member.time_zone());
    // A rejected query is not shown again: it may contain a key.
    let query = match list.invalid {
        Some(_) => KeyQuery::default(),
        None => query,
    };
    let creators = list.creators.iter();
    let creators: Vec<_> = creators
        .map(|(id, email)| (id.to_string(), email.to_string()))
        .collect();
    KeysPage {
        keys: rows(list.keys, zone),
        sparklines: Vec::new(),
        count: list.count,
        filtered: query.has_filter(),
        empty: named_lists::empty_list(&query, list.count.is_lower_bound),
        done: None,
        no_keys: list.account_is_empty,
        sorts: address::sorts(&query),
        context: KeysPageContext {
            restored: list.on_hold.map(|on_hold| words::on_hold(on_hold, member)),
            expiry_notice: words::expiring(&expiring(list.expiring, zone), now),
            dead_keys_in_use: list.dead_key_use.as_ref().map(words::dead_key_use),
            refused: (list.invalid.as_ref())
                .map(|reason| invalid_field::describe(reason).into_owned()),
            has_full_key: list.invalid == Some(InvalidReason::FullKey),
            views: filters::views(&query, list.views),
            suggestions: named_lists::suggestions(&query.q),
            explanation: filters::explanation(&query),
            filters: filters::menus(&query, &creators),
            here: address::list(&query).to_string(),
            first: address::first(&query),
            next: list.next.map(|place| address::next(&query, &place)),
            stopped: list.stopped,
            query,
        },
        now: display_time(now, zone),
        may_manage: member.role().may_manage_keys(),
        new_key: list.new_key.map(|choices| new_key(choices, now, zone)),
        public_url: public_url.to_owned(),
    }
}

/// Returns the rows of the list. They describe rotations in words, instead of by a notice.
fn rows(mut keys: Vec<CurrentKey>, zone: &Zone) -> Vec<KeyView> {
    let rotations = keys.iter().map(|key| words::rotation(key, &keys, zone));
    let rotations: Vec<_> = rotations.collect();
    for key in &mut keys {
        key.warnings
            .retain(|warning| *warning != KeyWarning::BeingReplaced);
    }
    let rows = keys.into_iter().zip(rotations);
    rows.map(|(key, rotation)| KeyView {
        rotation,
        ..view(key, zone)
    })
    .collect()
}

/// Returns the page of one key, with its activity in this period.
pub fn details(details: KeyDetails, period: ActivityPeriod, member: &Member) -> KeyPage {
    let (key, zone) = (details.key, member.time_zone());
    let may_manage = member.role().may_manage_keys();
    let history = details.history.into_iter();
    let allow_list = key.record.allow_list.as_ref().map(AllowList::texts);
    KeyPage {
        now: display_time(key.at, zone),
        settings: details.form,
        limit: key.record.limit().to_string(),
        account_limit: key.record.account_limit.to_string(),
        allow_list: allow_list.unwrap_or_default(),
        today: zone.day(key.at),
        latest_day: details.latest_end.map(|end| zone.last_day(end)),
        early_expiry: (key.record.expires_at)
            .filter(|end| !is_end_of_day(*end, zone))
            .map(|end| display_expiry(end, zone).short),
        policy: details.policy,
        extended: (details.extended)
            .map(|end| (zone.last_day(end), display_expiry(end, zone).short)),
        zone: zone.name().to_owned(),
        history: history.map(|event| history::row(event, zone)).collect(),
        activity: activity(details.activity, &key, period, zone),
        rotation: rotations::rotations(details.rotations, &key, zone),
        namesake: details.namesake.map(|other| rotations::link(other, key.at)),
        undoable: details.undoable.filter(|_| may_manage),
        may_manage,
        may_change: may_manage && key.status.is_live(),
        creator_is_deactivated: details.creator_is_deactivated,
        key: view(key, zone),
    }
}

/// Returns a key that was just created, with its secret.
pub fn issued(issued: IssuedKey, zone: &Zone, public_url: &str) -> domain::IssuedKey {
    let namesake = issued.namesake.as_ref();
    domain::IssuedKey {
        lead: words::ready(&issued.key.record.name, namesake),
        first_calls: call_examples(public_url, &issued.key.record.scopes),
        secret: ShownSecret::new(issued.secret.expose().to_owned()),
        key: view(issued.key, zone),
    }
}

/// Returns a key that was identified by its digest.
pub fn identified(key: CurrentKey, zone: &Zone) -> IdentifiedKey {
    IdentifiedKey {
        now: display_time(key.at, zone),
        key: view(key, zone),
    }
}

/// Returns a key that was just revoked, for the member who revoked it.
pub fn revoked(key: CurrentKey, zone: &Zone) -> KeyView {
    let revocation = key.record.revocation.as_ref();
    let receipt = revocation.and_then(|revocation| revocation.receipt);
    let mut view = view(key, zone);
    if let Some(revocation) = &mut view.revocation {
        revocation.receipt = Some(words::own_receipt(receipt));
    }
    view
}

/// Returns the keys that expire soon.
pub fn expiring(keys: Vec<ExpiringKeyRecord>, zone: &Zone) -> Vec<ExpiringKey> {
    let expiring = keys.into_iter().map(|key| ExpiringKey {
        end: display_expiry(key.expires_at, zone),
        id: key.id,
        name: key.name,
        late: key.replaced_at.is_some(),
    });
    expiring.collect()
}

/// Returns what the form for a new key offers.
pub fn new_key(choices: NewKeyChoices, now: Timestamp, zone: &Zone) -> NewKeyOptions {
    let expiries = choices.expiries.into_iter();
    let latest_day = choices.latest.map(|end| zone.last_day(end));
    NewKeyOptions {
        token: choices.token,
        expiries: expiries
            .map(|(choice, end)| (choice, end.map(|end| display_time(end, zone))))
            .collect(),
        preselected: choices.preselected,
        days: (zone.day(now), latest_day),
        account_limit: choices.account_limit.to_string(),
    }
}

fn activity(
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
