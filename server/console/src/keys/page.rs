//! Page models of the list of keys and of one key.

use super::call_examples::call_examples;
use super::key_view::view;
use super::{activity, address, filters, history, named_lists, rotations, words};
use domain::{
    ActivityPeriod, ExpiringKey, IdentifiedKey, KeyPage, KeyQuery, KeyView, KeysPage,
    KeysPageContext, NewKeyOptions, ShownSecret, Timestamp,
};
use service::key::AllowList;
use service::keys::{CurrentKey, IssuedKey, KeyDetails, KeyList, KeyWarning, NewKeyChoices};
use service::store::ExpiringKeyRecord;
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
        activity: activity::activity(details.activity, &key, period, zone),
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
    let rotation = words::rotation(&key, &[], zone);
    IdentifiedKey {
        now: display_time(key.at, zone),
        key: KeyView {
            rotation,
            ..view(key, zone)
        },
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
