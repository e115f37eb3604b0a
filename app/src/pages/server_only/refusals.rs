//! The reason for a refused call, by its request id.

use crate::components::{FieldError, Notice, PageHead, Tone, takes_focus};
use crate::pages::load::{Head, load};
use crate::prelude::*;
use crate::request::PageData;
use domain::{Explanation, Lookup, RefusalPage as Data, relative};

const HEAD: Head = Head {
    title: "Refused calls",
    purpose: "Every answer of the API has a header X‑Request‑Id. Paste it here to learn why a call was refused.",
};
const NO_ID: &str = "A request id has 32 characters, from 0 to 9 and from a to f. The answer's header X-Request-Id holds it.";
const UNKNOWN: &str =
    "No refused call of the last 7 days has this id, or it was made with a key of another account.";

#[component]
pub fn RefusalsPage() -> impl IntoView {
    let content = load(HEAD, PageData::refusal, |page| {
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
                <label for="id">"Request id"</label>
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
        None if code == "missing_key" => erase("None was sent"),
        None if code == "invalid_key" => erase("None of this server’s"),
        None => erase("Not known, since no whole key was sent"),
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
                    <dt>"When"</dt>
                    <dd><time datetime=at.iso>{when}</time></dd>
                </div>
                <div>
                    <dt>"Call"</dt>
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
