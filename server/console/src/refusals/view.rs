//! The reason for a refused call, by its request id.

use app::components::{FieldError, Notice, PageHead, Tone, takes_focus};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Explanation, Failure, Lookup, RefusalPage as Data, relative};

const HEAD: Head = Head {
    title: "Look up a request",
    purpose: "Paste the X‑Request‑Id header of a response to see why the request was rejected.",
};
const NO_ID: &str = "Enter the 32-character ID from the X-Request-Id header (0–9, a–f).";
const UNKNOWN: &str = "Your account has no rejected request with this ID in the last 7 days.";

pub fn refusals_page(data: Result<Data, Failure>) -> AnyView {
    let content = page_or_error(HEAD, data, |page| {
        view! { <Refusals page=page/> }
    });
    view! { <div class="narrow">{content}</div> }
}

#[component]
fn Refusals(page: Data) -> impl IntoView {
    let wrong = matches!(page.lookup, Lookup::NoId);
    let error = Signal::stored(wrong.then(|| NO_ID.to_owned()));
    let autofocus = takes_focus(error) || matches!(page.lookup, Lookup::NotAsked);
    let answer = match page.lookup {
        Lookup::NotAsked | Lookup::NoId => None,
        Lookup::Unknown => Some(view! { <Notice tone=Tone::Info text=UNKNOWN/> }),
        Lookup::Found(found) => Some(explanation(*found)),
    };
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <form class="form" method="get" action="/refusals" novalidate>
            <div class="field">
                <label for="id">"Request ID"</label>
                <input
                    id="id"
                    name="id"
                    type="text"
                    class="mono"
                    value=page.id
                    autocomplete="off"
                    spellcheck="false"
                    required
                    autofocus=autofocus
                    aria-invalid=wrong.then_some("true")
                    aria-describedby="id-error"
                />
                <FieldError id="id-error" error=error/>
            </div>
            <div class="actions">
                <button type="submit" class="button primary">
                    "Look up"
                </button>
            </div>
        </form>
        {answer}
    }
}

fn explanation(found: Explanation) -> AnyView {
    let Explanation {
        at,
        now,
        code,
        why,
        advice,
        call,
        key,
        entries,
    } = found;
    let when = format!("{} · {}", relative(at.at, now.at), at.exact);
    let key = match key {
        Some((id, name, preview)) => view! {
            <a href=format!("/keys/{id}")>{name.to_string()}</a>
            " "
            <code>{preview}</code>
        },
        None if code == "missing_key" => erase("Not sent"),
        None if code == "invalid_key" => erase("Unknown key"),
        None => erase("Unknown (incomplete key)"),
    };
    let entries = (!entries.is_empty()).then(|| {
        let rows = entries.into_iter().map(|(pointer, code)| {
            view! { <li><code>{pointer}</code> " " {code}</li> }
        });
        view! {
            <div>
                <dt>"In the body"</dt>
                <dd><ul>{rows.collect_view()}</ul></dd>
            </div>
        }
    });
    view! {
        <section class="part" aria-labelledby="why">
            <h2 id="why">{why}</h2>
            <p>{advice}</p>
            <dl class="facts">
                <div>
                    <dt>"Time"</dt>
                    <dd><time datetime=at.iso>{when}</time></dd>
                </div>
                <div>
                    <dt>"Request"</dt>
                    <dd><code>{call}</code></dd>
                </div>
                <div>
                    <dt>"Key"</dt>
                    <dd>{key}</dd>
                </div>
                <div>
                    <dt>"Code"</dt>
                    <dd><code>{code}</code></dd>
                </div>
                {entries}
            </dl>
        </section>
    }
}
