//! The properties and permissions of a key.

use crate::components::{Badge, Clock, Day, Time};
use crate::prelude::*;
use domain::{KeyStatus, KeyView, LastUse};

pub fn facts(
    key: &KeyView,
    note: String,
    limit: String,
    allow_list: &[String],
    links: Vec<(&'static str, AnyView)>,
    creator_is_deactivated: bool,
    clock: Clock,
) -> AnyView {
    let scopes: Vec<_> = key.scopes.iter().map(domain::Scope::as_str).collect();
    let end = match (&key.revocation, &key.expires) {
        (Some(revocation), _) => view! {
            {revocation.reason.label()}
            ", "
            <Time moment=revocation.at.clone() clock=clock/>
            " by "
            {revocation.by.clone()}
            {revocation.receipt.clone().map(|receipt| view! { <p class="second">{receipt} "."</p> })}
        },
        (None, Some(end)) => view! {
            {if key.status == KeyStatus::Expired { "Ended " } else { "Ends " }}
            <Day moment=end.clone()/>
        },
        (None, None) => erase("No expiry"),
    };
    let last_use = match key.last_use.clone() {
        None => erase("Never used"),
        Some(LastUse { at, ip, user_agent }) => view! {
            <Time moment=at clock=clock/>
            " from "
            {ip}
            {user_agent.map(|agent| format!(" · {agent}"))}
        },
    };
    let created = view! {
        <Time moment=key.created.clone() clock=clock/>
        " by "
        {key.created_by.clone()}
        {creator_is_deactivated.then_some(" (deactivated member)")}
    };
    let limit = match key.own_limit {
        Some(_) => limit,
        None => format!("{limit} (the account's)"),
    };
    let from = if allow_list.is_empty() {
        "Any address".to_owned()
    } else {
        allow_list.join(", ")
    };
    let status = view! {
        <Badge status=key.status/>
        " "
        {end}
    };
    let mut rows = vec![
        ("Status", status),
        ("Key preview", view! { <code>{key.preview.clone()}</code> }),
        ("Permissions", erase(scopes.join(", "))),
        ("Last used", last_use),
        ("Created", created),
        ("Rate limit", erase(limit)),
        ("Allowed from", erase(from)),
    ];
    rows.extend(links);
    if !note.is_empty() {
        rows.push(("Note", view! { <span class="note">{note}</span> }));
    }
    let rows = rows.into_iter().map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    view! { <dl class="facts">{rows.collect_view()}</dl> }
}
