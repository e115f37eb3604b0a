//! The networks that a key may be used from, and a watch that records where its calls come from.

use crate::charts::counted;
use app::components::{Clock, Time};
use app::prelude::*;
use domain::{DisplayTime, KeyId, Timestamp, Watch, WatchedCaller, relative, seconds};

pub fn networks(
    id: &KeyId,
    allowed: Vec<String>,
    watch: Option<Watch>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let content = match watch {
        _ if !allowed.is_empty() => enforced(id, allowed, may_change),
        Some(watch) => watching(id, watch, may_change, clock),
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
                "Learn which addresses use this key, then allow only those. The list starts with the last 7 days and grows until you stop."
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

fn watching(id: &KeyId, watch: Watch, may_change: bool, clock: Clock) -> AnyView {
    let stop = may_change.then(|| {
        view! {
            <form method="post" action=format!("/keys/{id}/watch")>
                <button type="submit" class="button" name="watch" value="off">
                    "Stop learning"
                </button>
            </form>
        }
    });
    let since = watch.since.clone();
    let from = watch.from.day.clone();
    view! {
        <p>"Learning started " <Time moment=since clock=clock/> ". Any IP address can still use this key."</p>
        <p class="second">
            {format!("The list shows the addresses that used this key since {from}. Once every system has used the key, select which to allow.")}
        </p>
        {learned(id, watch, may_change, clock)}
        <p class="unscripted"><a href=format!("/keys/{id}")>"Refresh"</a></p>
        {stop}
    }
}

/// Renders the part of the page that its script replaces.
pub fn learned_page(id: &KeyId, watch: Watch, may_change: bool, now: Timestamp) -> AnyView {
    learned(id, watch, may_change, Clock::start(now))
}

/// Renders the list of addresses, and the line in which the script reports new ones, with the
/// address that the script loads.
fn learned(id: &KeyId, watch: Watch, may_change: bool, clock: Clock) -> AnyView {
    let Watch {
        from,
        addresses,
        networks,
        newest,
        ..
    } = watch;
    let progress = newest.map(|newest| progress(&addresses, &newest, clock.now()));
    let nothing = format!("No requests since {}.", from.day);
    let news = match addresses.len() {
        0 => format!("{nothing} Addresses appear here automatically."),
        count => format!(
            "{} so far. New ones appear automatically.",
            counted(count as u64, "address", "addresses")
        ),
    };
    let is_empty = addresses.is_empty() && networks.is_empty();
    let choices = (!is_empty).then(|| choices(id, addresses, networks, may_change, clock));
    view! {
        <p class="second scripted" role="status" data-follow=format!("/keys/{id}/learned")>
            {news}
        </p>
        {is_empty.then(|| view! { <p class="second unscripted">{nothing}</p> })}
        <div class="learned cards">
            {progress.map(|text| view! { <p class="progress">{text}</p> })}
            {choices}
        </div>
    }
}

/// Describes how many requests the list is made from, and for how long it has not grown.
fn progress(addresses: &[WatchedCaller], newest: &DisplayTime, now: Timestamp) -> String {
    let calls: Option<u64> = addresses.iter().map(|caller| caller.calls).sum();
    let calls = calls
        .filter(|calls| *calls > 0)
        .map_or_else(String::new, |calls| {
            format!(
                "{} from {}. ",
                counted(calls, "request", "requests"),
                counted(addresses.len() as u64, "address", "addresses")
            )
        });
    let days = (now.millis() - newest.at.millis()) / (seconds::DAY * 1_000);
    let growth = match u64::try_from(days) {
        Ok(days) if days > 0 => format!("No new address for {}.", counted(days, "day", "days")),
        _ => format!("The newest address appeared {}.", relative(newest.at, now)),
    };
    calls + &growth
}

fn choices(
    id: &KeyId,
    addresses: Vec<WatchedCaller>,
    networks: Vec<WatchedCaller>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let networks = (!networks.is_empty()).then(|| {
        view! {
            <fieldset class="field">
                <legend>"Whole networks"</legend>
                <p class="hint">"Select a network instead if its systems change their addresses. It allows every address in it."</p>
                {boxes(networks, may_change, clock)}
            </fieldset>
        }
    });
    view! {
        <form method="post" action=format!("/keys/{id}/enforce") class="form">
            <fieldset class="field">
                <legend>"Addresses seen so far"</legend>
                {boxes(addresses, may_change, clock)}
            </fieldset>
            {networks}
            <p class="hint">"Requests from any other address will be rejected."</p>
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

/// Renders a box for each address or network, with its requests.
fn boxes(list: Vec<WatchedCaller>, may_change: bool, clock: Clock) -> AnyView {
    let boxes = list.into_iter().map(|caller| {
        let calls = caller.calls.map_or_else(
            || "Last request ".to_owned(),
            |calls| format!("{}, last ", counted(calls, "request", "requests")),
        );
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    name="networks"
                    value=caller.text.clone()
                    checked=caller.is_proposed
                    disabled=!may_change
                />
                <span>
                    <code>{caller.text}</code>
                    <small>{calls} <Time moment=caller.last clock=clock/></small>
                </span>
            </label>
        }
    });
    erase(boxes.collect_view())
}
