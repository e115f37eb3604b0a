//! The surroundings of the list of keys: notices, the search form, and the pagination.
//!
//! The server renders all of them. In the browser they stay as they are, so that none of their text
//! is in the module.

use crate::components::{Notice, Tone};
use crate::prelude::*;
use crate::request::Flash;
use domain::{ExpiringKeysNotice, KeyOrder, KeyQuery, KeyStatus, KeysPageContext, Scope};

/// Returns the confirmation of the bulk action that was just carried out.
pub fn bulk_done(Flash { word, number }: &Flash) -> Option<String> {
    let keys = if *number == 1 { "key" } else { "keys" };
    match word.as_str() {
        "revoke" => Some(format!(
            "{number} {keys} revoked. Every call with one of them is refused from now on."
        )),
        "pause" => Some(format!(
            "{number} {keys} paused. Every call with one of them is refused until you resume it on its own page."
        )),
        "resume" => Some(format!(
            "{number} {keys} resumed. Calls with them are accepted again."
        )),
        _ => None,
    }
}

/// Renders notices about keys that are on hold, are about to expire, or are still in use after
/// their end; nothing if there are none.
///
/// `may_manage`: whether the member may confirm keys that are on hold.
pub fn notices(around: &KeysPageContext, may_manage: bool) -> AnyView {
    let restored = around
        .restored
        .clone()
        .map(|text| restored(text, may_manage));
    let dead_keys_in_use = around.dead_keys_in_use.clone().map(dead_keys_in_use);
    let ending = around.expiry_notice.as_ref().map(ending);
    let html = [restored, dead_keys_in_use, ending].into_iter().flatten();
    let html: String = html.map(RenderHtml::to_html).collect();
    view! { <div inner_html=html></div> }
}

fn restored(text: String, may_manage: bool) -> AnyView {
    if !may_manage {
        return view! { <Notice tone=Tone::Warning text=text/> };
    }
    let action = view! { <a href="/keys/several?do=resume">"Look at these keys"</a> };
    view! { <Notice tone=Tone::Warning text=text action=action/> }
}

fn dead_keys_in_use(text: String) -> AnyView {
    let href = format!("/keys?status={}", KeyQuery::DEAD_IN_USE);
    let action = view! { <a href=href>"See these keys"</a> };
    view! { <Notice tone=Tone::Warning text=text action=action/> }
}

/// Renders the notice about keys that expire soon, as a warning if they expire within 7 days.
fn ending(notice: &ExpiringKeysNotice) -> AnyView {
    let tone = if notice.days > 7 {
        Tone::Info
    } else {
        Tone::Warning
    };
    let all = format!("/keys?expires={}", notice.days);
    let action = view! { <a href=all>"Show them"</a> };
    let text = format!("{}: {}", notice.title, notice.text);
    view! { <Notice tone=tone text=text action=action/> }
}

/// Renders the search form, or nothing if the account has no keys.
pub fn find(around: &KeysPageContext, no_keys: bool) -> AnyView {
    let html = if no_keys {
        String::new()
    } else {
        form(around).to_html()
    };
    view! { <search inner_html=html></search> }
}

pub fn pager(
    KeysPageContext {
        first,
        next,
        stopped,
        ..
    }: &KeysPageContext,
) -> AnyView {
    let link = |text: &'static str, href: &Option<String>| {
        href.clone().map(|href| {
            view! {
                <a class="button" href=href>
                    {text}
                </a>
            }
        })
    };
    let (why, further) = if *stopped {
        let why = "Not every key was looked at: too many fit each filter by itself. Another filter, or words of a name, may lead there at once.";
        (Some(view! { <p>{why}</p> }), "Look further")
    } else {
        (None, "Next page")
    };
    let links = view! {
        {why}
        {link("First page", first)}
        {link(further, next)}
    };
    view! { <nav class="pager" aria-label="Pages of the keys" inner_html=links.to_html()></nav> }
}

fn form(around: &KeysPageContext) -> AnyView {
    let KeysPageContext {
        query,
        refused,
        creators,
        ..
    } = around.clone();
    let refused = refused.map(|why| view! { <Notice tone=Tone::Warning text=why/> });
    let further = query.has_filter_besides_text();
    let filters = query.has_filter() || further || !query.sort.is_empty();
    let all = |text: &str| (String::new(), text.to_owned());
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let statuses = [
        KeyStatus::Active,
        KeyStatus::Paused,
        KeyStatus::Expired,
        KeyStatus::Revoked,
    ]
    .map(|status| (status.as_str().to_owned(), status.label().to_owned()));
    let dead_keys_in_use = (
        KeyQuery::DEAD_IN_USE.to_owned(),
        "Over, and still called with".to_owned(),
    );
    let scopes = Scope::ALL.map(|scope| same(scope.as_str()));
    let orders = KeyOrder::ALL.map(|(text, _, _, label)| (text.to_owned(), label.to_owned()));
    let fields = [
        choice(
            "status",
            "Status",
            &query.status,
            [all("Any")]
                .into_iter()
                .chain(statuses)
                .chain([dead_keys_in_use]),
        ),
        choice(
            "scope",
            "Permission",
            &query.scope,
            [all("Any")].into_iter().chain(scopes),
        ),
        choice(
            "creator",
            "Created by",
            &query.creator,
            [all("Anybody")].into_iter().chain(creators),
        ),
        days("unused", "Unused for (days)", query.unused),
        days("expires", "Ends within (days)", query.expires),
        choice("sort", "Order", &query.sort, orders.into_iter()),
    ];
    view! {
            <form class="find" method="get" action="/keys">
                <div class="search">
                    <label class="visually-hidden" for="q">
                        "Search by name or key preview"
                    </label>
                    <input
                        id="q"
                        type="search"
                        name="q"
                        value=query.q
                        placeholder="Name or key preview"
                        autocomplete="off"
                        spellcheck="false"
                        maxlength="64"
                        // A whole key would appear in the address and stay in the browser's
                        // history.
                        pattern="(?!.*vx_[0-9A-Za-z]{20}).*"
                        title="Not a whole key: ask about one on “Found a key?”, which sends none"
                    />
                    <button type="submit" class="button">
                        "Search"
                    </button>
                    <a class="button quiet" href="/keys/found">
                        "Found a key?"
                    </a>
                    {filters.then(|| view! { <a class="button quiet" href="/keys">"Clear"</a> })}
                </div>
                <details open=further>
                    <summary>"Filters and order"</summary>
                    <div class="filters">
                        {fields.into_iter().collect_view()}
                        <button type="submit" class="button">"Apply"</button>
                    </div>
                </details>
            </form>
        {refused}
    }
}

fn choice(
    name: &'static str,
    label: &'static str,
    value: &str,
    options: impl Iterator<Item = (String, String)>,
) -> AnyView {
    let options: Vec<_> = options
        .map(|(choice, text)| {
            let selected = choice == value;
            view! {
                <option value=choice selected=selected>
                    {text}
                </option>
            }
        })
        .collect();
    view! {
        <div class="field">
            <label for=format!("find-{name}")>{label}</label>
            <select id=format!("find-{name}") name=name>
                {options}
            </select>
        </div>
    }
}

fn days(name: &'static str, label: &'static str, value: String) -> AnyView {
    view! {
        <div class="field">
            <label for=format!("find-{name}")>{label}</label>
            <input
                id=format!("find-{name}")
                type="number"
                name=name
                value=value
                min="1"
                max="3650"
                inputmode="numeric"
                autocomplete="off"
            />
        </div>
    }
}
