//! The networks that a key may be used from, and a watch that records where its calls come from.

use app::components::{Clock, Time};
use app::prelude::*;
use domain::{DisplayTime, KeyId, Watch};

pub fn networks(
    id: &KeyId,
    allowed: Vec<String>,
    watch: Option<Watch>,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let content = match watch {
        _ if !allowed.is_empty() => enforced(allowed),
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

fn enforced(allowed: Vec<String>) -> AnyView {
    let allowed = allowed.into_iter().map(|network| {
        view! { <li><code>{network}</code></li> }
    });
    view! {
        <p>"Requests from any other address are rejected."</p>
        <ul class="networks">{allowed.collect_view()}</ul>
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
    let Watch {
        since,
        from,
        seen,
        addresses,
    } = watch;
    let from = from.day;
    let list = if seen.is_empty() {
        let text = format!("No requests since {from}.");
        view! { <p class="second">{text}</p> }
    } else {
        let networks = boxes(seen, true, may_change, clock);
        let addresses = (!addresses.is_empty()).then(|| {
            view! {
                <fieldset class="field">
                    <legend>"Single addresses"</legend>
                    <p class="hint">"To allow only some addresses of a network, clear the network above and select them here. Only recent ones are listed."</p>
                    {boxes(addresses, false, may_change, clock)}
                </fieldset>
            }
        });
        view! {
            <form method="post" action=format!("/keys/{id}/enforce") class="form">
                <fieldset class="field">
                    <legend>"Networks seen so far"</legend>
                    {networks}
                </fieldset>
                {addresses}
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
    };
    let stop = may_change.then(|| {
        view! {
            <form method="post" action=format!("/keys/{id}/watch")>
                <button type="submit" class="button" name="watch" value="off">
                    "Stop learning"
                </button>
            </form>
        }
    });
    view! {
        <p>"Learning started " <Time moment=since clock=clock/> ". Any IP address can still use this key."</p>
        <p class="second">
            {format!("This list has every network that used this key since {from}. Reload the page to see new requests. Once every system has used the key, select which to allow.")}
        </p>
        {list}
        {stop}
    }
}

/// Renders a box for each network or address, with its last request.
fn boxes(
    list: Vec<(String, DisplayTime)>,
    checked: bool,
    may_change: bool,
    clock: Clock,
) -> AnyView {
    let boxes = list.into_iter().map(|(network, last)| {
        view! {
            <label class="check">
                <input type="checkbox" name="networks" value=network.clone() checked=checked disabled=!may_change/>
                <span>
                    <code>{network}</code>
                    <small>"Last request " <Time moment=last clock=clock/></small>
                </span>
            </label>
        }
    });
    erase(boxes.collect_view())
}
