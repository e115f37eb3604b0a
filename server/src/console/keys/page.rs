//! Page models of the list of keys and of one key.

use super::{address, history, words};
use crate::console::tally::{by_period, by_reason};
use crate::console::time::{last_moment, moment};
use crate::console::{receipt, rotation};
use domain::{
    AroundKeys, CallerRow, ExpiringKey, IdentifiedKey, KeyPage, KeyQuery, KeyView, KeysPage,
    LastUse, NewKeyOptions, Outcome, Revocation, Scope, ScopeRow, Stretch, Timestamp, Watch,
};
use service::key::AllowList;
use service::keys::{
    CurrentKey, IssuedKey, KeyActivity, KeyDetails, KeyList, KeyWarning, NewKeyChoices,
};
use service::store::{Caller, KeyRecord, UseRecord};
use service::{Member, Zone};

/// Returns the API Keys page.
pub fn list(list: KeyList, query: KeyQuery, member: &Member, public_url: &str) -> KeysPage {
    let (now, zone) = (list.now, member.time_zone());
    // A rejected query is not shown again: it may contain a key.
    let query = match list.rejected {
        Some(_) => KeyQuery::default(),
        None => query,
    };
    let creators = list.creators.iter();
    KeysPage {
        keys: list.keys.into_iter().map(|key| view(key, zone)).collect(),
        count: list.count,
        filtered: query.filters(),
        done: None,
        none: list.account_is_empty,
        sorts: address::sorts(&query),
        around: AroundKeys {
            restored: list.on_hold.map(|on_hold| words::on_hold(on_hold, member)),
            ending: words::expiring(&expiring(list.expiring, zone), now),
            knocking: list.dead_key_use.as_ref().map(words::dead_key_use),
            refused: list.rejected.map(str::to_owned),
            creators: creators
                .map(|(id, email)| (id.to_string(), email.to_string()))
                .collect(),
            first: address::first(&query),
            next: list.next.map(|place| address::next(&query, &place)),
            stopped: list.stopped,
            query,
        },
        now: moment(now, zone),
        manages: member.role().manages_keys(),
        new_key: list.new_key.map(|choices| new_key(choices, now, zone)),
        public_url: public_url.to_owned(),
    }
}

/// Returns the page of one key, with its activity in this period.
pub fn details(details: KeyDetails, stretch: Stretch, member: &Member) -> KeyPage {
    let (key, zone) = (details.key, member.time_zone());
    let manages = member.role().manages_keys();
    let history = details.history.into_iter();
    let allow_list = key.record.allow_list.as_ref().map(AllowList::texts);
    KeyPage {
        now: moment(key.at, zone),
        settings: details.form,
        limit: key.record.limit().to_string(),
        allow_list: allow_list.unwrap_or_default(),
        today: zone.day(key.at),
        latest_day: details.latest_end.map(|end| zone.last_day(end)),
        policy: details.policy,
        zone: zone.name().to_owned(),
        history: history.map(|event| history::row(event, zone)).collect(),
        activity: activity(details.activity, &key, stretch, zone),
        rotation: rotation::page::rotations(details.rotations, &key, zone),
        manages,
        may_change: manages && key.status.is_live(),
        creator_is_out: details.creator_is_deactivated,
        key: view(key, zone),
    }
}

/// Returns a key that was just created, with its secret.
pub fn issued(issued: IssuedKey, zone: &Zone, public_url: &str) -> domain::IssuedKey {
    let secret = issued.secret.expose();
    domain::IssuedKey {
        curl: words::curl(public_url, &issued.key.record.scopes, secret),
        secret: secret.to_owned(),
        key: view(issued.key, zone),
    }
}

/// Returns a key that was identified by its digest.
pub fn identified(key: CurrentKey, zone: &Zone) -> IdentifiedKey {
    IdentifiedKey {
        now: moment(key.at, zone),
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

/// Returns a row of the list.
pub fn view(key: CurrentKey, zone: &Zone) -> KeyView {
    let CurrentKey {
        record,
        status,
        used_recently,
        warnings,
        ..
    } = key;
    KeyView {
        expires_soon: warnings.contains(&KeyWarning::ExpiresSoon),
        unused: warnings.contains(&KeyWarning::Unused),
        used_lately: used_recently,
        notices: warnings.iter().map(words::warning).collect(),
        id: record.id,
        name: record.name,
        preview: record.preview,
        scopes: record.scopes,
        created: moment(record.created_at, zone),
        created_by: record.created_by.to_string(),
        expires: record.expires_at.map(|end| last_moment(end, zone)),
        own_limit: record.own_limit.map(|limit| limit.to_string()),
        last_use: record.last_use.map(|last| last_use(last, zone)),
        status,
        revocation: record.revocation.map(|revocation| Revocation {
            at: moment(revocation.at, zone),
            by: words::revoker(&revocation.by),
            reason: revocation.reason,
            receipt: (revocation.receipt).map(|receipt| receipt::describe(receipt, false)),
        }),
    }
}

pub fn last_use(last: UseRecord, zone: &Zone) -> LastUse {
    LastUse {
        at: moment(last.at, zone),
        ip: last.ip.to_string(),
        user_agent: last.user_agent,
    }
}

/// Returns the keys that expire soon.
pub fn expiring(keys: Vec<KeyRecord>, zone: &Zone) -> Vec<ExpiringKey> {
    let expiring = keys.into_iter().filter_map(|key| {
        Some(ExpiringKey {
            end: last_moment(key.expires_at?, zone),
            id: key.id,
            name: key.name,
            late: key.replaced.is_some(),
        })
    });
    expiring.collect()
}

/// Returns what the form for a new key offers.
pub fn new_key(choices: NewKeyChoices, now: Timestamp, zone: &Zone) -> NewKeyOptions {
    let ends = choices.ends.into_iter();
    let latest_day = choices.latest.map(|end| zone.last_day(end));
    NewKeyOptions {
        token: choices.token,
        ends: ends
            .map(|(choice, end)| (choice, end.map(|end| moment(end, zone))))
            .collect(),
        usual: choices.usual,
        days: (zone.day(now), latest_day),
    }
}

fn activity(
    activity: KeyActivity,
    key: &CurrentKey,
    stretch: Stretch,
    zone: &Zone,
) -> domain::KeyActivity {
    let format = match stretch {
        Stretch::Day => "%H:%M",
        Stretch::Week | Stretch::Month => "%-d %b",
    };
    let marks = &key.record.marks;
    let scopes = Scope::ALL.into_iter();
    let scopes = scopes.filter(|scope| key.record.scopes.contains(*scope));
    let (mut callers, mut refused) = (Vec::new(), Vec::new());
    for caller in activity.callers {
        match caller.outcome {
            Outcome::Accepted => callers.push(caller_row(caller, zone)),
            Outcome::Refused(refusal) => refused.push((refusal, caller_row(caller, zone))),
        }
    }
    domain::KeyActivity {
        stretch,
        tallies: by_period(&activity.begins, &activity.calls, zone, format),
        refusals: by_reason(&activity.calls),
        knocks: activity
            .dead_key_use
            .map(|(calls, last)| (calls, moment(last, zone))),
        callers,
        refused,
        scopes: scopes
            .map(|scope| ScopeRow {
                scope,
                last: marks.scope_uses.last(scope).map(|at| moment(at, zone)),
                idle_days: marks.idle_days(scope, key.at),
            })
            .collect(),
        watch: key.record.watched_since.map(|since| Watch {
            since: moment(since, zone),
            seen: (activity.networks.into_iter())
                .map(|(network, last)| (network, moment(last, zone)))
                .collect(),
        }),
    }
}

fn caller_row(caller: Caller, zone: &Zone) -> CallerRow {
    CallerRow {
        ip: caller.ip.to_string(),
        user_agent: caller.user_agent,
        first: moment(caller.first, zone),
        last: moment(caller.last, zone),
        calls: caller.calls,
    }
}
