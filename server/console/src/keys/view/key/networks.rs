//! The networks that a key may be used from, and a watch that records where its calls come from.

use app::components::{Clock, Time};
use app::prelude::*;
use domain::{KeyId, Watch};

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
                "Learn which addresses it uses for a few days, then allow only those."
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
    let Watch { since, seen } = watch;
    let nobody = seen.is_empty();
    let boxes = seen.into_iter().map(|(network, last)| {
        view! {
            <label class="check">
                <input type="checkbox" name="networks" value=network.clone() checked disabled=!may_change/>
                <span>
                    <code>{network}</code>
                    <small>"Last request " <Time moment=last clock=clock/></small>
                </span>
            </label>
        }
    });
    let boxes = erase(boxes.collect_view());
    let list = if nobody {
        view! { <p class="second">"No requests since then."</p> }
    } else {
        view! {
            <form method="post" action=format!("/keys/{id}/enforce") class="form">
                <fieldset class="field">
                    <legend>"Networks seen so far"</legend>
                    {boxes}
                </fieldset>
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
        {list}
        {stop}
    }
}
