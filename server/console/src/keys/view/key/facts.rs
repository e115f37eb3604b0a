//! The properties of a key, as a list beside its activity.

use super::quick::QuickEdits;
use crate::components::{Day, fact};
use crate::keys::view::rotation::links;
use app::components::{Clock, CopyButton, Time};
use app::prelude::*;
use domain::{KeyPage, KeyStatus, LastUse, ScopeRow};

pub fn facts(page: &KeyPage, edits: Option<&QuickEdits>, clock: Clock) -> AnyView {
    let key = &page.key;
    let last_use = match key.last_use.clone() {
        None => without_last_use(page, clock),
        Some(last) => last_used(last, clock),
    };
    let last_use = view! { <span class="summary">{last_use}</span> };
    let created = view! {
        <Time moment=key.created.clone() clock=clock/>
        " by "
        {key.created_by.clone()}
        {page.creator_is_deactivated.then_some(" (deactivated member)")}
    };
    let limit = match key.own_limit {
        Some(_) => page.limit.clone(),
        None => format!("{} (account default)", page.limit),
    };
    let preview = view! {
        <code id="preview">{key.preview.clone()}</code>
        <CopyButton of="preview" what=Some("the key preview".to_owned())/>
    };
    let end = match &key.revocation {
        Some(_) => ("Revoked", revoked(page, clock)),
        None => ("Expires", expires(page, edits)),
    };
    let mut rows = vec![
        ("Key preview", preview),
        ("Last used", last_use),
        end,
        (
            "Permissions",
            permissions(&page.activity.scopes, edits, clock),
        ),
        ("Rate limit", erase(limit)),
        ("Created", created),
    ];
    rows.extend(links(&page.rotation, clock));
    let note = page.settings.note.clone();
    if !note.is_empty() {
        rows.push(("Note", view! { <span class="note">{note}</span> }));
    }
    let rows = rows.into_iter().map(|(name, value)| fact(name, value));
    view! {
        <section class="box" aria-labelledby="details">
            <h2 id="details">"Details"</h2>
            <dl class="details">{rows.collect_view()}</dl>
        </section>
    }
}

/// Describes the last use of a key.
pub fn last_used(LastUse { at, ip, user_agent }: LastUse, clock: Clock) -> AnyView {
    view! {
        <Time moment=at clock=clock/>
        " from "
        {ip}
        {user_agent.map(|agent| format!(" · {agent}"))}
    }
}

/// Describes the use of a key with which no request was accepted.
fn without_last_use(page: &KeyPage, clock: Clock) -> AnyView {
    match page.activity.dead_key_calls.clone() {
        Some((_, last)) => view! {
            "Rejected "
            <Time moment=last clock=clock/>
        },
        None => erase(page.key.without_last_use()),
    }
}

fn revoked(page: &KeyPage, clock: Clock) -> AnyView {
    let Some(revocation) = page.key.revocation.clone() else {
        return erase(());
    };
    view! {
        <p>
            {revocation.reason.label()}
            ", "
            <Time moment=revocation.at clock=clock/>
            " by "
            {revocation.by}
        </p>
        {revocation.receipt.map(|receipt| view! { <p class="second">{receipt} "."</p> })}
    }
}

fn expires(page: &KeyPage, edits: Option<&QuickEdits>) -> AnyView {
    match page.key.expires.clone() {
        None => erase("Never expires"),
        Some(end) => view! {
            <span>
                {(page.key.status == KeyStatus::Expired).then_some("Expired ")}
                <Day moment=end/>
            </span>
            {edits.and_then(QuickEdits::extend)}
        },
    }
}

/// Renders each permission with its last use, and the button that removes it.
fn permissions(scopes: &[ScopeRow], edits: Option<&QuickEdits>, clock: Clock) -> AnyView {
    let rows = scopes.iter().map(|row| {
        let last = match row.last.clone() {
            Some(last) => view! {
                "Used "
                <Time moment=last clock=clock/>
            },
            None => erase("Not used yet"),
        };
        let remove = edits.and_then(|edits| edits.remove(row.scope, "Remove"));
        view! {
            <li>
                <code class="permission">{row.scope.as_str()}</code>
                <small>{last}</small>
                {remove}
            </li>
        }
    });
    view! { <ul class="uses">{rows.collect_view()}</ul> }
}
