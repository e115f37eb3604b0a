//! One key: its properties, its activity, its history, and the buttons that change it.

mod attention;
mod callers;
mod calls;
mod facts;
mod history;
mod networks;
mod quick;
mod week_pattern;

use super::rotation::{OverlapSection, replaced_by, replaces};
use crate::components::DetailHead;
use crate::keys::quick_change::QuickChange;
use crate::refused::Refused;
use app::components::{Badge, Clock, Notice, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use attention::attention;
use callers::Callers;
use calls::calls;
use domain::{Failure, KeyPage as Data, KeyStatus, KeyView};
use facts::facts;
use history::history;
pub use networks::learned_page;
use networks::networks;
use quick::QuickEdits;
use service::keys::ChosenNetworks;
use week_pattern::HeatMap;

const HEAD: Head = Head {
    title: "API key",
    purpose: "Key details, permissions and history.",
};

pub fn key_page(data: Result<Data, Failure>, refused: Option<Refused<ChosenNetworks>>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Key page=page refused=refused/> }
    })
}

#[component]
fn Key(page: Data, refused: Option<Refused<ChosenNetworks>>) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let request = page_request();
    let is_unchanged = request.flash(|word| UNCHANGED.contains(&word).then_some(()));
    let tone = if page.key.is_not_stored() || is_unchanged.is_some() {
        Tone::Warning
    } else {
        Tone::Success
    };
    let change = request.flash.as_ref().and_then(QuickChange::read);
    let change = change.and_then(|change| changed(change, &page, tone));
    let done = change.or_else(|| {
        let (text, may_undo) = request.flash(|word| done(word, &page))?;
        let undo = may_undo.then(|| undo(&page)).flatten();
        Some(view! { <Notice tone=tone text=text action=undo/> })
    });
    let paused = page.key.status == KeyStatus::Paused && done.is_none();
    let (id, may_change) = (page.key.id.clone(), page.may_change);
    let extended = page.extended.clone();
    let edits = may_change.then(|| QuickEdits::new(id.clone(), page.settings.clone(), extended));
    let edits = edits.as_ref();
    let (attention, facts) = (attention(&page, edits), facts(&page, edits, clock));
    let replaced = replaced_by(
        &page.rotation,
        page.key.status,
        page.key.expires.clone(),
        clock,
    );
    let replaces = replaces(&page.rotation, &id, clock);
    let actions = may_change.then(|| actions(&page.key, replaced.is_some()));
    let mut activity = page.activity;
    let (callers, refused_calls) = (
        std::mem::take(&mut activity.callers),
        std::mem::take(&mut activity.refused),
    );
    let watch = activity.watch.take();
    let heat_map = activity.week_pattern.take();
    let heat_map = heat_map.map(|pattern| view! { <HeatMap pattern=pattern/> });
    let badge = view! { <Badge status=page.key.status/> };
    let overlap = page.rotation.overlap.map(|overlap| {
        let is_old = overlap.old.id == id;
        view! { <OverlapSection overlap=overlap is_old=is_old may_end=page.may_manage clock=clock/> }
    });
    // The addresses to select from need the width of the activity.
    let is_learning = watch.is_some();
    let as_of = is_learning.then(|| page.now.minute().to_owned());
    let networks = networks(&id, page.allow_list, watch, refused, may_change, clock);
    let (facts, learning) = if is_learning {
        (facts, Some(networks))
    } else {
        (erase((facts, networks)), None)
    };
    view! {
        <DetailHead
            back=("/keys", "API Keys")
            title=page.key.name.to_string()
            badge=badge
            facts=erase((replaced, replaces))
            actions=actions
        />
        {done}
        {paused.then(|| view! {
            <Notice tone=Tone::Warning text="This key is paused. Requests with it are rejected until you resume it."/>
        })}
        <div class="key-page">
            {attention}
            <div class="rail">
                {facts}
            </div>
            <div class="activity">
                {overlap}
                {learning}
                {calls(&id, activity)}
                {heat_map}
                <Callers callers=callers refused=refused_calls as_of=as_of clock=clock/>
                {history(&id, page.history, clock)}
            </div>
        </div>
    }
}

/// Renders the confirmation of a one-click change. Returns `None` if the change has been undone
/// since.
fn changed(change: QuickChange, page: &Data, tone: Tone) -> Option<AnyView> {
    let settings = &page.settings;
    let text = match change {
        QuickChange::Removed(scope) => {
            let is_back = settings.scopes.iter().any(|other| other == scope.as_str());
            (!is_back).then(|| format!("Removed {}.", scope.as_str()))?
        }
        QuickChange::Extended(before) => {
            let end = page.key.expires.as_ref()?;
            let is_back = settings.last_day == before;
            (!is_back).then(|| format!("Extended. This key now expires on {}.", end.short))?
        }
    };
    let undo = undo(page);
    Some(view! { <Notice tone=tone text=text action=undo/> })
}

/// Renders the button that undoes the latest edit, if the member may.
fn undo(page: &Data) -> Option<AnyView> {
    let request_id = page.undoable.clone()?;
    Some(view! {
        <form method="post" action=format!("/keys/{}/undo", page.key.id)>
            <button type="submit" class="button small" name="edit" value=request_id>
                "Undo"
            </button>
        </form>
    })
}

/// Notices of forms that changed nothing. The page shows them as warnings.
const UNCHANGED: [&str; 5] = [
    "outdated",
    "not-undone",
    "undo-refused",
    "over",
    "not-allowed",
];

/// Returns the confirmation of the change that was just made, and whether it can be undone, unless
/// the key's state has changed again since.
fn done(word: &str, page: &Data) -> Option<(String, bool)> {
    let status = page.key.status;
    let over = !status.is_live();
    let (anywhere, watched) = (page.allow_list.is_empty(), page.activity.watch.is_some());
    let text = match word {
        "edited" => Some("Changes saved."),
        "undone" => Some("Change undone."),
        "paused" if status == KeyStatus::Paused => {
            Some("Key paused. Requests are rejected until you resume it.")
        }
        "revoked" if status == KeyStatus::Revoked => {
            Some("Key revoked. Requests with it are rejected.")
        }
        "resumed" if status == KeyStatus::Active => Some("Key resumed."),
        "watched" if anywhere && watched => Some(
            "Learning started. Come back once every system has used this key, and select which addresses to allow.",
        ),
        "unwatched" if anywhere && !watched => {
            Some("Learning canceled. Any IP address can use this key.")
        }
        "enforced" if !anywhere && old_key_is_live(page) => Some(
            "Allowed IPs saved. Requests with this key from other addresses are rejected. The key that it replaces isn't restricted by this.",
        ),
        "enforced" if !anywhere => {
            Some("Allowed IPs saved. Requests from other addresses are rejected.")
        }
        "outdated" => Some("Someone else has changed this key, so your change was not made."),
        "not-undone" => Some(
            "This change can't be undone anymore, because something else has changed since. Edit the key instead.",
        ),
        "undo-refused" => Some(
            "This change can't be undone, because the earlier settings aren't allowed as they are. Edit the key instead.",
        ),
        "over" if over => Some("This key is already revoked or expired. Nothing was changed."),
        "not-allowed" => Some("You don't have permission to do this. Nothing was changed."),
        _ => None,
    };
    text.map(|text| (text.to_owned(), matches!(word, "edited" | "enforced")))
}

/// Returns whether the key that this one replaces still works.
fn old_key_is_live(page: &Data) -> bool {
    let old = page.rotation.replaces.as_ref();
    old.is_some_and(|old| old.status.is_live())
}

fn actions(key: &KeyView, is_replaced: bool) -> AnyView {
    let at = format!("/keys/{}", key.id);
    let (verb, word) = if key.status == KeyStatus::Paused {
        ("resume", "Resume")
    } else {
        ("pause", "Pause")
    };
    // A key is rotated only once. After that, its replacement can be rotated.
    let rotate = (!is_replaced).then(|| {
        view! {
            <a class="button" href=format!("{at}/rotate")>
                "Rotate"
            </a>
        }
    });
    view! {
        <div class="key-actions">
        <a class="button" href=format!("{at}/edit")>
            "Edit"
        </a>
        <form method="post" action=format!("{at}/{verb}")>
            <button type="submit" class="button">
                {word}
            </button>
        </form>
        {rotate}
        <a class="button apart" href=format!("{at}/revoke")>
            "Revoke"
        </a>
        </div>
    }
}
