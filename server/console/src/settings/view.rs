//! The settings of an account.

use crate::charts::number;
use crate::components::{FormOwner, SelectField, currencies, fact, time_zones};
use crate::refused::Refused;
use app::components::{FormState, Notice, PageHead, TextField, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{Failure, Field, SettingsForm};

const HEAD: Head = Head {
    title: "Settings",
    purpose: "These settings apply to the whole account.",
};
const READ_ONLY: &str =
    "These settings apply to the whole account. Owners and admins can change them.";

/// The heading of a card, and its purpose in a sentence.
#[derive(Clone, Copy)]
struct Section {
    id: &'static str,
    title: &'static str,
    purpose: &'static str,
}

const ACCOUNT: Section = Section {
    id: "account",
    title: "Account",
    purpose: "The name of the account, and how the console shows times and prices.",
};
const LIMIT: Section = Section {
    id: "limit",
    title: "Rate limit",
    purpose: "Applies to each key that has no limit of its own. Requests above it are rejected with status 429.",
};
const NEW_KEYS: Section = Section {
    id: "new-keys",
    title: "New keys",
    purpose: "Rules for keys that are created or rotated from now on. Existing keys aren't affected.",
};
const QUOTAS: Section = Section {
    id: "quotas",
    title: "Data and quotas",
    purpose: "What this account uses, and how much the operator of this server allows.",
};

const NAME: &str = "Your company or team name.";
const CURRENCY: &str = "Used for items that are sent without a currency. Stored items keep theirs.";
const DEPTH: &str = "Maximum requests per key in a burst (1–100,000).";
const PER_SECOND: &str = "Sustained requests per second per key (1–10,000).";
const MUST_EXPIRE: &str = "New keys must have an expiration.";
const MAX_DAYS: &str =
    "1–3,650 days from creation. Leave empty for no maximum. Setting one also requires expiration.";
const ZONE: &str = "Used for times in the console. The API always uses UTC.";

pub fn settings_page(
    data: Result<domain::SettingsPage, Failure>,
    refused: Option<Refused<SettingsForm>>,
) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Settings page=page refused=refused/> }
    })
}

#[component]
fn Settings(page: domain::SettingsPage, refused: Option<Refused<SettingsForm>>) -> impl IntoView {
    let saved = page_request()
        .flash(|word| (word == "saved").then_some(()))
        .map(|()| view! { <Notice tone=Tone::Success text="Settings saved."/> });
    if let Some(question) = super::emergency::stop_question(page.emergency.as_ref()) {
        return question;
    }
    let quotas = card(QUOTAS, quotas(&page));
    let emergency = page.emergency.clone().map(super::emergency::section);
    let purpose = if page.may_change {
        HEAD.purpose
    } else {
        READ_ONLY
    };
    let content = if page.may_change {
        view! { <Change page=page refused=refused/> }
    } else {
        let refused =
            refused.map(|_| view! { <Notice tone=Tone::Info text=Failure::Forbidden.message()/> });
        erase((refused, facts(page.settings)))
    };
    view! {
        <PageHead title=HEAD.title purpose=purpose/>
        {saved}
        <div class="with-aside">
            <div class="cards">{content}</div>
            <aside class="cards" aria-label="Quotas">
                {quotas}
            </aside>
            {emergency}
        </div>
    }
}

/// Renders the card of a section.
fn card(section: Section, content: AnyView) -> AnyView {
    let Section { id, title, purpose } = section;
    view! {
        <section class="box" aria-labelledby=id>
            <div>
                <h2 id=id>{title}</h2>
                <p class="second">{purpose}</p>
            </div>
            {content}
        </section>
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
    let account = view! {
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
            id="time-zone"
            name="time_zone"
            label="Time zone"
            options=time_zones()
            value=form.time_zone
            hint=ZONE
            error=form_state.at(Field::TimeZone)
        />
        <SelectField
            id="currency"
            name="currency"
            label="Default currency"
            options=currencies()
            value=form.currency
            hint=CURRENCY
            error=form_state.at(Field::Currency)
        />
    };
    let limit = view! {
        <div class="pair">
            <TextField
                id="limit-per-second"
                name="limit_per_second"
                label="Requests per second"
                value=form.limit_per_second
                hint=PER_SECOND
                error=form_state.at(Field::LimitPerSecond)
            />
            <TextField
                id="limit-depth"
                name="limit_depth"
                label="Burst size"
                value=form.limit_depth
                hint=DEPTH
                error=form_state.at(Field::LimitDepth)
            />
        </div>
    };
    let new_keys = view! {
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
    };
    view! {
        <form class="cards" method="post" action="/settings" novalidate>
            {form_state.notice()}
            <FormOwner/>
            <input type="hidden" name="seen" value=form.seen/>
            {card(ACCOUNT, account)}
            {card(LIMIT, limit)}
            {card(NEW_KEYS, new_keys)}
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
    details(rows)
}

/// Renders names with their values.
fn details(rows: impl IntoIterator<Item = (&'static str, String)>) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|(name, value)| fact(name, erase(value)));
    let rows: Vec<_> = rows.collect();
    view! { <dl class="details">{rows}</dl> }
}

/// Renders the settings for members who may only read them.
fn facts(settings: SettingsForm) -> AnyView {
    let must_expire = if settings.keys_must_expire {
        "Required"
    } else {
        "Optional"
    };
    let max_days = match settings.key_max_days.as_str() {
        "" => "No maximum".to_owned(),
        days => format!("{days} days"),
    };
    let account = [
        ("Account name", settings.account_name),
        ("Time zone", settings.time_zone.replace('_', " ")),
        ("Default currency", settings.currency),
    ];
    let limit = [
        ("Requests per second", settings.limit_per_second),
        ("Burst size", settings.limit_depth),
    ];
    let new_keys = [
        ("Expiration", must_expire.to_owned()),
        ("Maximum key lifetime", max_days),
    ];
    erase((
        card(ACCOUNT, details(account)),
        card(LIMIT, details(limit)),
        card(NEW_KEYS, details(new_keys)),
    ))
}
