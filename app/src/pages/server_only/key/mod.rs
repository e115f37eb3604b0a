//! One key: its properties, its activity, its history, and the buttons that change it.

mod callers;
mod calls;
mod facts;
mod history;
mod networks;
mod scopes;

use super::ending::ending;
use super::rotation::{OverlapSection, links};
use crate::components::{Clock, Icon, Notice, Tone};
use crate::pages::load::{Head, load};
use crate::pages::server_only::charts::counted;
use crate::prelude::*;
use crate::request::{PageData, page_request};
use callers::Callers;
use calls::calls;
use domain::{DisplayTime, Failure, KeyPage as Data, KeyStatus, KeyView, relative};
use facts::facts;
use history::history;
use networks::networks;

const HEAD: Head = Head {
    title: "API key",
    purpose: "What a key is and may do, and what happened to it.",
};

#[component]
pub fn KeyPage() -> impl IntoView {
    load(HEAD, PageData::key, |page| {
        view! { <Key page=page/> }
    })
}

#[component]
fn Key(page: Data) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let done = page_request().flash(|word| done(word, &page));
    let done = done.map(|text| view! { <Notice tone=Tone::Info text=text/> });
    let paused = page.key.status == KeyStatus::Paused && done.is_none();
    let dead_key_calls = page.activity.dead_key_calls.clone();
    let dead_key_calls =
        dead_key_calls.map(|(calls, last)| still_called(calls, &last, page.now.at));
    let marks = page.key.notices.clone().into_iter();
    let marks = marks.map(|text| view! { <li class="sign"><Icon name="#i-alert"/> {text}</li> });
    let (id, may_change) = (page.key.id.clone(), page.may_change);
    let mut activity = page.activity;
    let (callers, refused) = (
        std::mem::take(&mut activity.callers),
        std::mem::take(&mut activity.refused),
    );
    let (scopes, watch) = (std::mem::take(&mut activity.scopes), activity.watch.take());
    let actions = page.may_change.then(|| actions(&page.key));
    let facts = facts(
        &page.key,
        page.settings.note,
        page.limit,
        &page.allow_list,
        links(&page.rotation, clock),
        page.creator_is_deactivated,
        clock,
    );
    let ending = page
        .rotation
        .overlap
        .is_none()
        .then(|| ending(&page.key, page.now.at));
    let overlap = page.rotation.overlap.map(|overlap| {
        view! { <OverlapSection overlap=overlap may_end=page.may_manage clock=clock/> }
    });
    view! {
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
        {dead_key_calls}
        <ul class="signs">{marks.collect_view()}</ul>
        {ending}
        {facts}
        {overlap}
        {calls(&id, activity)}
        <Callers callers=callers refused=refused clock=clock/>
        {scopes::scopes(&id, scopes, may_change, clock)}
        {networks(&id, page.allow_list, watch, may_change, clock)}
        {history(&id, page.history, clock)}
    }
}

/// Returns the confirmation of the change that was just made, unless the key's state has changed
/// again since.
fn done(word: &str, page: &Data) -> Option<String> {
    if word == "not-stored" && page.key.is_not_stored() {
        return Some(Failure::NotStored.message());
    }
    let status = page.key.status;
    let over = !status.is_live();
    let (anywhere, watched) = (page.allow_list.is_empty(), page.activity.watch.is_some());
    let text = match word {
        "edited" => Some("Saved. Each change holds from now on."),
        "paused" if status == KeyStatus::Paused => {
            Some("Paused. Every call with this key is refused from now on, until you resume it.")
        }
        "revoked" if status == KeyStatus::Revoked => {
            Some("Revoked. Every call with this key is refused from now on.")
        }
        "resumed" if status == KeyStatus::Active => {
            Some("Resumed. Calls with this key are accepted again.")
        }
        "watched" if anywhere && watched => Some(
            "Watching. Come back in some days, when everything that uses this key has called, and choose whom to allow.",
        ),
        "unwatched" if anywhere && !watched => {
            Some("Stopped watching. Calls may come from any address.")
        }
        "enforced" if !anywhere => {
            Some("Enforced. Calls from anywhere else are refused from now on.")
        }
        "none-chosen" => Some("Choose at least one network. Nothing was changed."),
        "outdated" => Some("Somebody else changed this key meanwhile. Nothing was changed."),
        "over" if over => Some("This key has ended already. Nothing was changed."),
        "not-allowed" => Some("Your role does not allow this. Nothing was changed."),
        _ => None,
    };
    text.map(str::to_owned)
}

/// Warns that a key is still in use after its end.
fn still_called(calls: u64, last: &DisplayTime, now: domain::Timestamp) -> AnyView {
    let text = format!(
        "Something still calls with this key: {} since it ended, the last one {}. Below is from where.",
        counted(calls, "call", "calls"),
        relative(last.at, now),
    );
    view! { <Notice tone=Tone::Warning text=text/> }
}

fn actions(key: &KeyView) -> AnyView {
    let at = format!("/keys/{}", key.id);
    let (verb, word) = if key.status == KeyStatus::Paused {
        ("resume", "Resume")
    } else {
        ("pause", "Pause")
    };
    view! {
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
    }
}
