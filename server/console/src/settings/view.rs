//! The settings of an account.

use crate::charts::number;
use crate::components::{SelectField, not_allowed};
use crate::form::Refused;
use app::components::{FormState, Notice, PageHead, TextField, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{Failure, Field, SettingsForm};

const HEAD: Head = Head {
    title: "Settings",
    purpose: "These settings apply to the whole account.",
};

const NAME: &str = "Your company or team name.";
const CURRENCY: &str = "Used for items that are sent without a currency. Stored items keep theirs.";
const DEPTH: &str = "Maximum requests per key in a burst (1–100,000).";
const PER_SECOND: &str =
    "Sustained requests per second per key (1–10,000). Keys with their own limit aren't affected.";
const MUST_EXPIRE: &str = "New keys must have an expiration. Existing keys aren't affected.";
const MAX_DAYS: &str =
    "1–3,650 days from creation. Leave empty for no maximum. Setting one also requires expiration.";
const ZONE: &str = "Used for times in the console. The API always uses UTC.";

pub fn settings_page(
    data: Result<domain::SettingsPage, Failure>,
    refused: Option<Refused<SettingsForm>>,
) -> AnyView {
    let content = page_or_error(HEAD, data, |page| {
        view! { <Settings page=page refused=refused/> }
    });
    view! { <div class="narrow">{content}</div> }
}

#[component]
fn Settings(page: domain::SettingsPage, refused: Option<Refused<SettingsForm>>) -> impl IntoView {
    let saved = page_request()
        .flash(|word| (word == "saved").then_some(()))
        .map(|()| view! { <Notice tone=Tone::Info text="Settings saved."/> });
    if let Some(question) = super::emergency::stop_question(page.emergency.as_ref()) {
        return question;
    }
    let quotas = quotas(&page);
    let emergency = page.emergency.clone().map(super::emergency::section);
    let content = if page.may_change {
        view! { <Change page=page refused=refused/> }
    } else {
        view! {
            <Notice
                tone=Tone::Info
                text=not_allowed(refused.as_ref(), "You have read-only access. Owners and admins can change settings.")
            />
            {facts(page.settings)}
        }
    };
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        {saved}
        {content}
        {quotas}
        {emergency}
    }
}

/// The form that changes the settings. If it is refused, the typed values stay.
#[component]
fn Change(page: domain::SettingsPage, refused: Option<Refused<SettingsForm>>) -> impl IntoView {
    let (form, problem) = match refused {
        // The other fields take their present values, so that saving again undoes no other change.
        Some(Refused {
            form,
            failure: Failure::Outdated { .. },
        }) => {
            let base: Option<SettingsForm> = serde_json::from_str(&form.seen).ok();
            let changes = base.as_ref().map(|base| base.changes(&page.settings));
            let failure = Failure::Outdated {
                changes: changes.unwrap_or_default(),
            };
            let form = form.rebase(base.as_ref(), page.settings);
            (form, Some(failure.into()))
        }
        refused => Refused::split(refused, || page.settings),
    };
    let form_state = FormState::new(problem);
    let currencies = page.currencies.into_iter();
    let currencies = currencies.map(|(code, name)| (code.clone(), format!("{code} – {name}")));
    let zones = page.time_zones.into_iter();
    let zones = zones.map(|name| (name.clone(), name.replace('_', " ")));
    view! {
        <form class="form" method="post" action="/settings" novalidate>
            {form_state.notice()}
            <input type="hidden" name="seen" value=form.seen/>
            <TextField
                id="account-name"
                name="account_name"
                label="Account name"
                value=form.account_name
                hint=NAME
                error=form_state.at(Field::AccountName)
                autocomplete="organization"
            />
            <SelectField
                id="currency"
                name="currency"
                label="Default currency"
                options=currencies.collect()
                value=form.currency
                hint=CURRENCY
                error=form_state.at(Field::Currency)
            />
            <SelectField
                id="time-zone"
                name="time_zone"
                label="Time zone"
                options=zones.collect()
                value=form.time_zone
                hint=ZONE
                error=form_state.at(Field::TimeZone)
            />
            <TextField
                id="limit-depth"
                name="limit_depth"
                label="Burst size"
                value=form.limit_depth
                hint=DEPTH
                error=form_state.at(Field::LimitDepth)
            />
            <TextField
                id="limit-per-second"
                name="limit_per_second"
                label="Requests per second"
                value=form.limit_per_second
                hint=PER_SECOND
                error=form_state.at(Field::LimitPerSecond)
            />
            <div class="field">
                <label class="check">
                    <input
                        type="checkbox"
                        name="keys_must_expire"
                        value="1"
                        checked=form.keys_must_expire
                        aria-describedby="keys-must-expire-hint"
                    />
                    "Require expiration"
                </label>
                <p class="hint" id="keys-must-expire-hint">
                    {MUST_EXPIRE}
                </p>
            </div>
            <TextField
                id="key-max-days"
                name="key_max_days"
                required=false
                label="Maximum key lifetime (days)"
                value=form.key_max_days
                hint=MAX_DAYS
                error=form_state.at(Field::KeyMaxDays)
            />
            <div class="actions">
                <button type="submit" class="button primary">
                    "Save settings"
                </button>
            </div>
        </form>
    }
}

/// Renders the account's quotas and how much of each is in use.
fn quotas(page: &domain::SettingsPage) -> AnyView {
    let calls = match page.calls_per_second {
        Some(calls) => number(calls.into()),
        None => "No limit".to_owned(),
    };
    let rows = page.quotas.iter();
    let rows = rows.map(|quota| (quota.resource.label(), quota.text()));
    let rows = rows.chain([("Requests per second, all keys together", calls)]);
    let rows = rows.map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <section class="stack narrow quotas" aria-labelledby="quotas">
            <h2 id="quotas">"Quotas"</h2>
            <p>"The operator of this server limits how much each account can have. This is what your account uses."</p>
            <dl class="facts">{rows}</dl>
        </section>
    }
}

/// Renders the settings for members who may only read them.
fn facts(settings: SettingsForm) -> AnyView {
    let must_expire = if settings.keys_must_expire {
        "Yes"
    } else {
        "No"
    };
    let max_days = match settings.key_max_days.as_str() {
        "" => "No limit".to_owned(),
        days => format!("{days} days"),
    };
    let rows = [
        ("Account name", settings.account_name),
        ("Default currency", settings.currency),
        ("Time zone", settings.time_zone),
        ("Burst size", settings.limit_depth),
        ("Requests per second", settings.limit_per_second),
        ("Require expiration", must_expire.to_owned()),
        ("Maximum key lifetime", max_days),
    ];
    let rows = rows.map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    view! { <dl class="facts">{rows}</dl> }
}
