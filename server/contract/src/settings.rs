//! The settings of an account.

use crate::fixtures::{Shared, any_item, at, item, member_by_email};
use crate::tenant::Tenant;
use domain::{AccountName, KeyPolicy, RateLimit};
use serde_json::json;
use service::Zone;
use service::inventory::Currency;
use service::store::{AccountSettings, Action, AuditEvent, ChangeAccountOutcome, NewOwner, Store};

/// Settings that differ from those of a new account in every respect.
pub(crate) fn other_settings() -> AccountSettings {
    AccountSettings {
        name: AccountName::parse("Händler & Söhne").unwrap(),
        currency: Currency::parse("CHF").unwrap(),
        limit: RateLimit::new(7, 3).unwrap(),
        time_zone: Zone::parse("Europe/Zurich").unwrap(),
        key_policy: KeyPolicy::new(true, Some(90)).unwrap(),
    }
}

async fn change(
    store: &dyn Store,
    tenant: &Tenant,
    before: &AccountSettings,
    after: &AccountSettings,
) -> ChangeAccountOutcome {
    let event = |before: &AccountSettings| AuditEvent {
        detail: json!({ "before": before.name }),
        ..tenant.event(Action::AccountUpdated, tenant.account.as_str(), at(1))
    };
    store
        .change_account(&tenant.account, before, after, &event)
        .await
        .unwrap()
}

case!(account_starts_with_default_settings_and_keeps_its_changes);
async fn account_starts_with_default_settings_and_keeps_its_changes(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let defaults = AccountSettings {
        name: a.account_name(),
        currency: Currency::parse("USD").unwrap(),
        limit: RateLimit::DEFAULT,
        time_zone: Zone::parse("UTC").unwrap(),
        key_policy: KeyPolicy::default(),
    };
    let find = async |tenant: &Tenant| store.find_account(&tenant.account).await.unwrap().unwrap();
    let has_chosen = async |tenant: &Tenant| {
        let chosen = store.has_chosen_currency(&tenant.account).await;
        chosen.unwrap()
    };
    assert_eq!(find(&a).await, defaults);
    assert!(!has_chosen(&a).await);
    let untouched = find(&b).await;
    let other = other_settings();
    let changed = change(&*store, &a, &defaults, &other).await;
    assert_eq!(changed, ChangeAccountOutcome::Changed);
    assert_eq!(find(&a).await, other_settings());
    assert_eq!(find(&b).await, untouched);
    assert!(has_chosen(&a).await && !has_chosen(&b).await);
    let event = &store.audit_events(&a.account, 1).await.unwrap()[0];
    assert_eq!(event.detail, json!({ "before": a.account_name() }));
    // Saving the settings of a new account as they are chooses its currency.
    let defaults_of_b = find(&b).await;
    let (events, saved) = (
        b.events(&*store).await,
        change(&*store, &b, &defaults_of_b, &defaults_of_b).await,
    );
    assert_eq!(saved, ChangeAccountOutcome::Same);
    assert!(has_chosen(&b).await);
    assert_eq!(b.events(&*store).await, events);
    let events = a.events(&*store).await;
    let changed = change(&*store, &a, &defaults, &other).await;
    assert_eq!(changed, ChangeAccountOutcome::Same);
    // Nothing is changed if the settings on which the change is based are no longer the stored
    // ones.
    let renamed = AccountSettings {
        name: AccountName::parse("Renamed").unwrap(),
        ..defaults.clone()
    };
    let changed = change(&*store, &a, &defaults, &renamed).await;
    assert_eq!(changed, ChangeAccountOutcome::Differs);
    assert_eq!(find(&a).await, other);
    assert_eq!(a.events(&*store).await, events, "nothing was changed");
}

case!(new_account_has_the_chosen_currency_and_time_zone);
async fn new_account_has_the_chosen_currency_and_time_zone(store: Shared) {
    let tenant = Tenant::named("a");
    let owner = NewOwner {
        currency: Currency::parse("EUR"),
        time_zone: Zone::parse("Europe/Berlin").ok(),
        ..tenant.as_owner()
    };
    let event = tenant.event(Action::AccountCreated, tenant.account.as_str(), at(0));
    assert!(store.seed_owner(owner, at(0), event).await.unwrap());
    let found = store.find_account(&tenant.account).await.unwrap().unwrap();
    assert_eq!(found.currency.code(), "EUR");
    assert_eq!(found.time_zone.name(), "Europe/Berlin");
    let was_chosen = store.has_chosen_currency(&tenant.account).await;
    assert!(was_chosen.unwrap());
}

case!(account_settings_apply_to_keys_and_members_but_not_to_stored_items);
async fn account_settings_apply_to_keys_and_members_but_not_to_stored_items(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let before = store.find_account(&tenant.account).await.unwrap().unwrap();
    let mut entry = item("1");
    entry.currency = before.currency;
    tenant.push(&*store, &[entry, item("2")], at(0)).await;
    change(&*store, &tenant, &before, &other_settings()).await;
    let key = tenant.find(&*store, &key).await;
    assert_eq!(key.account_limit, other_settings().limit);
    assert_eq!(key.account_name, other_settings().name);
    let page = store
        .list_items(&tenant.account, &any_item(), None, None, 10)
        .await
        .unwrap();
    let items = page.entries;
    let currencies: Vec<_> = items
        .iter()
        .map(|stored| stored.item.currency.code())
        .collect();
    assert_eq!(
        currencies,
        ["USD", "EUR"],
        "no price is in another currency now"
    );
    let member = member_by_email(&*store, &tenant.email).await;
    assert_eq!(member.unwrap().time_zone, other_settings().time_zone);
}
