//! The networks that a key may be used from, and a watch that records where its calls come from.

use crate::components::{Clock, Time};
use crate::prelude::*;
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
            <h2 id="networks">"Allowed addresses"</h2>
            {content}
        </section>
    }
}

fn enforced(allowed: Vec<String>) -> AnyView {
    let allowed = allowed.into_iter().map(|network| {
        view! { <li><code>{network}</code></li> }
    });
    view! {
        <p>"Calls from anywhere else are refused."</p>
        <ul class="networks">{allowed.collect_view()}</ul>
    }
}

fn open(id: &KeyId, may_change: bool) -> AnyView {
    let form = may_change.then(|| {
        view! {
            <p class="second">
                "Watch where calls come from for some days, and then let them come from there alone."
            </p>
            <form method="post" action=format!("/keys/{id}/watch")>
                <button type="submit" class="button" name="watch" value="on">
                    "Watch"
                </button>
            </form>
        }
    });
    view! {
        <p>"Calls may come from any address."</p>
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
                    <small>"Last call " <Time moment=last clock=clock/></small>
                </span>
            </label>
        }
    });
    let boxes = erase(boxes.collect_view());
    let list = if nobody {
        view! { <p class="second">"No calls since then."</p> }
    } else {
        view! {
            <form method="post" action=format!("/keys/{id}/enforce") class="form">
                <fieldset class="field">
                    <legend>"Calls came from"</legend>
                    {boxes}
                </fieldset>
                <p class="hint">"Once you enforce these, calls from anywhere else are refused."</p>
                {may_change.then(|| view! {
                    <div class="actions">
                        <button type="submit" class="button primary">
                            "Enforce these"
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
                    "Stop watching"
                </button>
            </form>
        }
    });
    view! {
        <p>"Watching began " <Time moment=since clock=clock/> ". Calls may still come from any address."</p>
        {list}
        {stop}
    }
}
