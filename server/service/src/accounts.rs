//! Settings of an account.

use crate::clock::Clock;
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::item::Currency;
use crate::keys::{Emergencies, EmergencyState};
use crate::limit::AccountLimit;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{AccountSettings, Action, ChangeAccountOutcome, SettingsPorts};
use crate::verdict::Node;
use crate::zone::Zone;
use domain::{AccountName, Failure, Field, KeyPolicy, QuotaUse, RateLimit, Resource, SettingsForm};
use serde_json::{Value, json};
use std::sync::Arc;

/// The page of the form adds the changes.
const OUTDATED: Failure = Failure::Outdated {
    changes: Vec::new(),
};

/// The operations on the settings of accounts.
pub struct Accounts {
    pub(crate) store: Arc<dyn SettingsPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) node: Arc<Node>,
    pub(crate) emergencies: Arc<Emergencies>,
    pub(crate) account_limit: Arc<AccountLimit>,
}

/// The settings of an account, and how much of each limit is in use.
#[derive(Debug)]
pub struct SettingsOverview {
    pub settings: AccountSettings,
    /// Present for owners only.
    pub emergency: Option<EmergencyState>,
    pub quotas: Vec<QuotaUse>,
    /// Limit of all keys of the account together on each node; `None` means no limit.
    pub account_limit: Option<RateLimit>,
}

impl Accounts {
    /// Returns the settings, and how much of each limit is in use, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn overview(&self, member: &Member) -> Result<SettingsOverview, Error> {
        let settings = self.store.find_account(&member.account_id).await?;
        Ok(SettingsOverview {
            settings: settings.ok_or(Failure::NotFound)?,
            emergency: self.emergencies.state(member).await?,
            quotas: self.quota_uses(member).await?,
            account_limit: self.account_limit.get(),
        })
    }

    /// Returns how much of each quota is in use.
    async fn quota_uses(&self, member: &Member) -> Result<Vec<QuotaUse>, Error> {
        let used = self.store.usage(&member.account_id, self.clock.now());
        let (used, quotas) = (used.await?, self.store.quotas());
        let row = |(resource, used)| QuotaUse {
            resource,
            used,
            limit: quotas.of(resource),
        };
        let rows = [
            (Resource::Items, used.items),
            (Resource::ItemBytes, used.item_bytes),
            (Resource::Leads, used.leads),
            (Resource::Keys, used.keys),
            (Resource::Members, used.members),
        ];
        Ok(rows.map(row).into())
    }

    /// Changes the settings of the member's account. A new limit applies from the next call on, to
    /// every key without a limit of its own.
    ///
    /// # Errors
    /// Refused to viewers, for invalid fields (all of them at once), and if the settings were
    /// changed since the form was filled. A form whose settings are stored already changes nothing.
    pub async fn change(
        &self,
        member: &Member,
        client: &Client,
        form: &SettingsForm,
    ) -> Result<(), Error> {
        if !member.role.may_manage_account() {
            return Err(Failure::Forbidden.into());
        }
        let account = &member.account_id;
        let found = self.store.find_account(account).await?;
        let before = found.ok_or(Failure::NotFound)?;
        let checked = check(form);
        // A form that was submitted twice has the settings that the first submission has stored.
        let is_stored = checked.as_ref().is_ok_and(|after| *after == before);
        // A form without `seen`, such as one sent by a program, applies to the settings as they
        // are.
        let is_outdated = !form.seen.is_empty() && form.seen != settings_form(&before).seen;
        if is_outdated && !is_stored {
            return Err(OUTDATED.into());
        }
        let after = checked?;
        let now = self.clock.now();
        let event = |before: &AccountSettings| {
            let detail =
                json!({ "before": audit_settings(before), "after": audit_settings(&after) });
            member.event(
                Action::AccountUpdated,
                account.as_str(),
                client,
                now,
                detail,
            )
        };
        let change = self.store.change_account(account, &before, &after, &event);
        let (changed, _) = self.node.propagate(change).await?;
        match changed {
            ChangeAccountOutcome::Changed | ChangeAccountOutcome::Same => Ok(()),
            ChangeAccountOutcome::Differs => Err(OUTDATED.into()),
        }
    }
}

/// Returns the form filled with these settings.
///
/// # Panics
/// Never: a form of texts is always JSON.
pub fn settings_form(settings: &AccountSettings) -> SettingsForm {
    let max_days = settings.key_policy.max_days();
    let mut form = SettingsForm {
        account_name: settings.name.to_string(),
        currency: settings.currency.code().to_owned(),
        limit_depth: settings.limit.depth().to_string(),
        limit_per_second: settings.limit.per_second().to_string(),
        time_zone: settings.time_zone.name().to_owned(),
        keys_must_expire: settings.key_policy.must_expire(),
        key_max_days: max_days.map(|days| days.to_string()).unwrap_or_default(),
        seen: String::new(),
    };
    form.seen = serde_json::to_string(&form).expect("plain data is always JSON");
    form
}

fn check(form: &SettingsForm) -> Result<AccountSettings, InvalidFields> {
    let mut invalid = InvalidFields::default();
    let name = invalid.check(Field::AccountName, AccountName::parse(&form.account_name));
    let time_zone = invalid.check(Field::TimeZone, Zone::parse(&form.time_zone));
    let currency = Currency::parse(&form.currency).ok_or(InvalidReason::UnknownCurrency);
    let currency = invalid.check(Field::Currency, currency);
    let per_second = RateLimit::parse_per_second(&form.limit_per_second);
    let per_second = invalid.check(Field::LimitPerSecond, per_second);
    let depth = RateLimit::parse_depth(&form.limit_depth);
    let depth = invalid.check(Field::LimitDepth, depth);
    let limit = depth.zip(per_second).and_then(|(depth, per_second)| {
        invalid.check(Field::LimitDepth, RateLimit::new(depth, per_second))
    });
    let max_days = KeyPolicy::parse_days(&form.key_max_days);
    let max_days = invalid.check(Field::KeyMaxDays, max_days);
    let key_policy = max_days.and_then(|max_days| {
        let policy = KeyPolicy::new(form.keys_must_expire, max_days);
        invalid.check(Field::KeyMaxDays, policy)
    });
    match (name, currency, limit, time_zone, key_policy) {
        (Some(name), Some(currency), Some(limit), Some(time_zone), Some(key_policy)) => {
            Ok(AccountSettings {
                name,
                currency,
                limit,
                time_zone,
                key_policy,
            })
        }
        _ => Err(invalid),
    }
}

/// Returns the settings for the audit log.
fn audit_settings(settings: &AccountSettings) -> Value {
    json!({
        "name": settings.name,
        "currency": settings.currency.code(),
        "limit": { "depth": settings.limit.depth(), "per_second": settings.limit.per_second() },
        "time_zone": settings.time_zone.name(),
        "keys_must_expire": settings.key_policy.must_expire(),
        "longest_life_of_keys_in_days": settings.key_policy.max_days(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let form = SettingsForm {
            account_name: " ".into(),
            currency: "Dollars".into(),
            limit_depth: "0".into(),
            limit_per_second: "ten".into(),
            time_zone: "Mars/Olympus".into(),
            key_max_days: "many".into(),
            ..SettingsForm::default()
        };
        let invalid = check(&form).unwrap_err();
        let fields: Vec<_> = invalid.iter().map(|(field, _)| *field).collect();
        assert_eq!(
            fields,
            [
                Field::AccountName,
                Field::TimeZone,
                Field::Currency,
                Field::LimitPerSecond,
                Field::LimitDepth,
                Field::KeyMaxDays
            ]
        );
    }

    #[test]
    fn valid_fields_are_trimmed_normalised_and_accepted() {
        let form = SettingsForm {
            account_name: "  Acme  Motors ".into(),
            currency: "EUR".into(),
            limit_depth: " 250 ".into(),
            limit_per_second: "25".into(),
            time_zone: "europe/berlin".into(),
            key_max_days: " 90 ".into(),
            ..SettingsForm::default()
        };
        let settings = check(&form).unwrap();
        assert_eq!(
            audit_settings(&settings),
            json!({
                "name": "Acme Motors", "currency": "EUR", "limit": { "depth": 250, "per_second": 25 },
                "time_zone": "Europe/Berlin", "keys_must_expire": true, "longest_life_of_keys_in_days": 90,
            })
        );
    }
}
