//! One key: what it is and may do, what happened to it, and the way to change it.

use super::rotation::{OverlapSection, links};
use crate::components::{Badge, Clock, Day, Notice, Time, Tone};
use crate::lean::plain;
use crate::pages::load::{Head, load};
use crate::request::{PageData, page_request};
use domain::{HistoryRow, KeyPage as Data, KeyStatus, KeyView, LastUse};
use leptos::prelude::*;

const HEAD: Head = Head {
    title: "API key",
    purpose: "What a key is and may do, and what happened to it.",
};

#[component]
pub fn KeyPage() -> impl IntoView {
    load(HEAD, PageData::key, |page| {
        plain(view! { <Key page=page/> })
    })
}

#[component]
fn Key(page: Data) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let done = page_request().asked("done").and_then(|word| done(&word));
    let done = done.map(|text| view! { <Notice tone=Tone::Info text=text/> });
    let paused = page.key.status == KeyStatus::Paused && done.is_none();
    let history = page.history.into_iter().map(|row| event(row, clock));
    let log = format!("/audit?thing={}", page.key.id);
    let actions = page.may_change.then(|| actions(&page.key));
    let facts = facts(
        &page.key,
        page.settings.note,
        page.limit,
        &page.allow_list,
        links(&page.rotation, clock),
        page.creator_is_out,
        clock,
    );
    let overlap = page.rotation.overlap.map(|overlap| {
        view! { <OverlapSection overlap=overlap may_end=page.manages clock=clock/> }
    });
    plain(view! {
        <div class="page-head">
            <div>
                <p>
                    <a href="/keys">"API Keys"</a>
                </p>
                <h1>{page.key.name.to_string()}</h1>
            </div>
            {actions}
        </div>
        {done}
        {paused.then(|| view! {
            <Notice tone=Tone::Warning text="This key is paused: every call with it is refused until you resume it."/>
        })}
        {facts}
        {overlap}
        <section class="history">
            <h2>"History"</h2>
            <ol>{history.collect_view()}</ol>
            <p>
                <a href=log>"This key in the audit log"</a>
            </p>
        </section>
    })
}

/// What was just done to it.
fn done(word: &str) -> Option<&'static str> {
    match word {
        "edited" => Some("Saved. Each change holds from now on."),
        "paused" => {
            Some("Paused. Every call with this key is refused from now on, until you resume it.")
        }
        "ended" => Some("The old key has ended. Every call with it is refused from now on."),
        "resumed" => Some("Resumed. Calls with this key are accepted again."),
        _ => None,
    }
}

fn actions(key: &KeyView) -> AnyView {
    let at = format!("/keys/{}", key.id);
    let (verb, word) = if key.status == KeyStatus::Paused {
        ("resume", "Resume")
    } else {
        ("pause", "Pause")
    };
    plain(view! {
        <div class="key-actions">
        <form method="post" action=format!("{at}/{verb}")>
            <button type="submit" class="button">
                {word}
            </button>
        </form>
        <a class="button" href=format!("{at}/edit")>
            "Edit"
        </a>
        <a class="button" href=format!("{at}/rotate")>
            "Rotate"
        </a>
        <a class="button" href=format!("{at}/revoke")>
            "Revoke"
        </a>
        </div>
    })
}

fn facts(
    key: &KeyView,
    note: String,
    limit: String,
    allow_list: &[String],
    links: Vec<(&'static str, AnyView)>,
    creator_is_out: bool,
    clock: Clock,
) -> AnyView {
    let scopes: Vec<_> = key.scopes.iter().map(domain::Scope::as_str).collect();
    let end = match (&key.revocation, &key.expires) {
        (Some(revocation), _) => plain(view! {
            {revocation.reason.label()}
            ", "
            <Time moment=revocation.at.clone() clock=clock/>
            " by "
            {revocation.by.clone()}
        }),
        (None, Some(end)) => plain(view! {
            {if key.status == KeyStatus::Expired { "Ended " } else { "Ends " }}
            <Day moment=end.clone()/>
        }),
        (None, None) => plain("No expiry"),
    };
    let last_use = match key.last_use.clone() {
        None => plain("Never used"),
        Some(LastUse { at, ip, user_agent }) => plain(view! {
            <Time moment=at clock=clock/>
            " from "
            {ip}
            {user_agent.map(|agent| format!(" · {agent}"))}
        }),
    };
    let created = plain(view! {
        <Time moment=key.created.clone() clock=clock/>
        " by "
        {key.created_by.clone()}
        {creator_is_out.then_some(" (deactivated member)")}
    });
    let limit = match key.own_limit {
        Some(_) => limit,
        None => format!("{limit} (the account's)"),
    };
    let from = if allow_list.is_empty() {
        "Any address".to_owned()
    } else {
        allow_list.join(", ")
    };
    let status = plain(view! {
        <Badge status=key.status/>
        " "
        {end}
    });
    let mut rows = vec![
        ("Status", status),
        (
            "Key preview",
            plain(view! { <code>{key.preview.clone()}</code> }),
        ),
        ("Permissions", plain(scopes.join(", "))),
        ("Last used", last_use),
        ("Created", created),
        ("Rate limit", plain(limit)),
        ("Allowed from", plain(from)),
    ];
    rows.extend(links);
    if !note.is_empty() {
        rows.push(("Note", plain(view! { <span class="note">{note}</span> })));
    }
    let rows = rows.into_iter().map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    plain(view! { <dl class="facts">{rows.collect_view()}</dl> })
}

fn event(row: HistoryRow, clock: Clock) -> AnyView {
    let from = row.from.map(|from| format!(" from {from}"));
    plain(view! {
        <li>
            <p>{row.what}</p>
            <p class="second">
                <Time moment=row.at clock=clock/>
                " by "
                {row.by}
                {from}
            </p>
        </li>
    })
}
