//! The networks that a key may be used from, and a watch that records where its calls come from.

use super::facts::last_used;
use crate::charts::counted;
use crate::refused::{Refused, problem};
use app::components::{Clock, FieldError, FormState, Time, takes_focus};
use app::prelude::*;
use domain::{Field, KeyId, LastUse, Timestamp, Watch, WatchedCaller};
use service::keys::ChosenNetworks;

pub fn networks(
    id: &KeyId,
    allowed: Vec<String>,
    watch: Option<Watch>,
    refused: Option<Refused<ChosenNetworks>>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let content = match watch {
        _ if !allowed.is_empty() => enforced(id, allowed, may_change),
        Some(watch) => watching(id, watch, refused, may_change, clock),
        None => open(id, may_change),
    };
    view! {
        <section class="box" aria-labelledby="networks">
            <h2 id="networks">"Allowed IPs"</h2>
            {content}
        </section>
    }
}

fn enforced(id: &KeyId, allowed: Vec<String>, may_change: bool) -> AnyView {
    let allowed = allowed.into_iter().map(|network| {
        view! { <li><code>{network}</code></li> }
    });
    let change = may_change.then(|| {
        view! {
            <p class="second">
                "To learn the addresses again, remove these and start learning. Until you select addresses again, the key works from any address."
            </p>
            <a class="button" href=format!("/keys/{id}/edit#allow-list")>
                "Change allowed IPs"
            </a>
        }
    });
    view! {
        <ul class="networks">{allowed.collect_view()}</ul>
        <p>"Requests from any other address are rejected."</p>
        {change}
    }
}

fn open(id: &KeyId, may_change: bool) -> AnyView {
    let form = may_change.then(|| {
        view! {
            <p class="second">
                "Learn which addresses use this key, then allow only those. The list starts with the last 7 days and grows until you select which to allow, or cancel."
            </p>
            <form method="post" action=format!("/keys/{id}/watch")>
                <button type="submit" class="button" name="watch" value="on">
                    "Start learning"
                </button>
            </form>
        }
    });
    view! {
        <p>"Any IP address can use this key."</p>
        {form}
    }
}

fn watching(
    id: &KeyId,
    watch: Watch,
    refused: Option<Refused<ChosenNetworks>>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let cancel = may_change.then(|| {
        view! {
            <form class="stack" method="post" action=format!("/keys/{id}/watch")>
                <p class="second">
                    "To restrict nothing, cancel: this list is discarded, and the key stays usable from any IP address."
                </p>
                <button type="submit" class="button" name="watch" value="off">
                    "Cancel learning"
                </button>
            </form>
        }
    });
    let since = watch.since.clone();
    let from = watch.from.short.clone();
    view! {
        <p>"Learning started " <Time moment=since clock=clock/> ". Any IP address can still use this key."</p>
        <p class="second">
            {format!("The list shows the addresses that used this key since {from}. Once every system has used the key, select which to allow.")}
        </p>
        {learned(id, watch, refused, may_change, clock)}
        <p class="unscripted"><a href=format!("/keys/{id}")>"Refresh"</a></p>
        {cancel}
    }
}

/// Renders the parts of the page that its script renews.
pub fn learned_page(
    id: &KeyId,
    watch: Watch,
    last_use: Option<LastUse>,
    may_change: bool,
    now: Timestamp,
) -> AnyView {
    let clock = Clock::start(now);
    let last_use =
        last_use.map(|last| view! { <span class="summary">{last_used(last, clock)}</span> });
    view! {
        {last_use}
        {learned(id, watch, None, may_change, clock)}
    }
}

/// Renders the list of addresses, and the line in which the script reports new ones, with the
/// address that the script loads.
fn learned(
    id: &KeyId,
    watch: Watch,
    refused: Option<Refused<ChosenNetworks>>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let nothing = format!("No requests since {}.", watch.from.short);
    let news = match watch.addresses.len() {
        0 => format!("{nothing} Addresses appear here automatically."),
        count => format!(
            "{} so far. New ones appear automatically.",
            counted(count as u64, "address", "addresses")
        ),
    };
    let is_empty = watch.addresses.is_empty() && watch.networks.is_empty();
    let calls = calls(&watch.addresses);
    let newest = watch.newest.clone().map(|newest| {
        view! { "The newest address appeared " <Time moment=newest clock=clock/> "." }
    });
    view! {
        <p class="second scripted" role="status" data-follow=format!("/keys/{id}/learned")>
            {news}
        </p>
        {is_empty.then(|| view! { <p class="second unscripted">{nothing}</p> })}
        <div class="learned cards">
            <p class="progress" hidden=is_empty>{calls} {newest}</p>
            {choices(id, watch, refused, may_change, clock)}
        </div>
    }
}

/// Describes how many requests the list is made from, if that is known.
fn calls(addresses: &[WatchedCaller]) -> Option<String> {
    let calls: Option<u64> = addresses.iter().map(|caller| caller.calls).sum();
    let calls = calls.filter(|calls| *calls > 0)?;
    Some(format!(
        "{} from {}. ",
        counted(calls, "request", "requests"),
        counted(addresses.len() as u64, "address", "addresses")
    ))
}

/// Renders the form. The parts that are empty are hidden, so that the script can fill them.
fn choices(
    id: &KeyId,
    watch: Watch,
    refused: Option<Refused<ChosenNetworks>>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let Watch {
        addresses,
        networks,
        ..
    } = watch;
    let (choice, failure) = refused
        .map(|Refused { form, failure }| (form, failure))
        .unzip();
    let is_new = |caller: &WatchedCaller| {
        let choice = choice.as_ref();
        choice.is_some_and(|choice| !choice.offered.contains(&caller.text))
    };
    let is_refused = failure.is_some();
    let form_state = FormState::new(failure.map(problem));
    let error = form_state.at(Field::AllowList);
    let focus = addresses.iter().position(is_new).unwrap_or_default();
    let row = |caller: WatchedCaller, is_first: bool| {
        let is_new = is_new(&caller);
        let is_checked = match &choice {
            Some(choice) if !is_new => choice.chosen.contains(&caller.text),
            _ => caller.is_proposed,
        };
        box_of(
            caller,
            is_checked,
            is_new,
            may_change,
            clock,
            (is_refused && is_first).then_some(error),
        )
    };
    let no_networks = networks.is_empty();
    let is_empty = addresses.is_empty() && no_networks;
    let notice = form_state.notice();
    let addresses: Vec<_> = addresses
        .into_iter()
        .enumerate()
        .map(|(index, caller)| row(caller, index == focus))
        .collect();
    let networks: Vec<_> = networks
        .into_iter()
        .map(|caller| row(caller, false))
        .collect();
    view! {
        <form method="post" action=format!("/keys/{id}/enforce") class="form" hidden=is_empty>
            {notice}
            <fieldset class="field">
                <legend>"Addresses seen so far"</legend>
                <FieldError id="allow-list-error" error=error/>
                {addresses}
            </fieldset>
            <fieldset class="field" hidden=no_networks>
                <legend>"Whole networks"</legend>
                <p class="hint">"Select a network instead if its systems change their addresses. It allows every address in it."</p>
                {networks}
            </fieldset>
            <p class="hint">"This completes learning: requests from any other address will be rejected."</p>
            {may_change.then(|| view! {
                <div class="actions">
                    <button type="submit" class="button primary">
                        "Allow only these"
                    </button>
                </div>
            })}
        </form>
    }
}

/// Renders the box of an address or a network with its requests, and that it was offered. The box
/// with the error of the field takes the focus.
fn box_of(
    caller: WatchedCaller,
    is_checked: bool,
    is_new: bool,
    may_change: bool,
    clock: Clock,
    error: Option<Signal<Option<String>>>,
) -> AnyView {
    let calls = caller.calls.map_or_else(
        || "Last request ".to_owned(),
        |calls| format!("{}, last ", counted(calls, "request", "requests")),
    );
    let offered = may_change.then(|| {
        view! { <input type="hidden" name="offered" value=caller.text.clone()/> }
    });
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="networks"
                value=caller.text.clone()
                checked=is_checked
                disabled=!may_change
                id=error.map(|_| "allow-list")
                autofocus=error.is_some_and(takes_focus)
                aria-describedby=error.map(|_| "allow-list-error")
            />
            <span>
                <code>{caller.text}</code>
                {is_new.then(|| view! { " " <strong>"New"</strong> })}
                <small>{calls} <Time moment=caller.last clock=clock/></small>
            </span>
            {offered}
        </label>
    }
}
