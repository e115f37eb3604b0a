//! Requests: the refused calls of the account, and the reason for one of them.

mod filters;
mod follow;
mod news;
mod remedy;
mod summary;
mod table;

pub use news::{News, news_page, update_page};

use crate::components::{fact, search_error};
use crate::list_parameters::corrected_notice;
use app::components::{
    Clock, Icon, NO_FULL_KEY, NO_FULL_KEY_ADVICE, Notice, PageHead, Tone, takes_focus,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Explanation, Failure, Lookup, RefusalPage as Data, Timestamp, relative};
use filters::list_filters;
use remedy::action;
use summary::summary;
use table::table;

const HEAD: Head = Head {
    title: "Requests",
    purpose: "Requests that were rejected in the last 7 days, and why.",
};
const NO_ID: &str = "Enter the 32-character ID from the X-Request-Id header (0–9, a–f).";
const UNKNOWN: &str = "Only rejected requests of the last 7 days can be looked up, and none of them has this ID. \
                       If the request was accepted, it's counted on the page of its key.";

pub fn requests_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Requests page=page/> }
    })
}

#[component]
fn Requests(page: Data) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let error = match page.lookup {
        Lookup::NoId => Some(NO_ID),
        Lookup::FullKey => Some(NO_FULL_KEY_ADVICE),
        Lookup::NotAsked | Lookup::Unknown | Lookup::Found(_) => None,
    };
    let filters = page.list.as_ref().map(list_filters);
    let summary = page.summary.map(summary);
    let answer = match page.lookup {
        Lookup::NotAsked | Lookup::NoId | Lookup::FullKey => None,
        Lookup::Unknown => {
            let keys = view! { <a href="/keys">"View all keys"</a> };
            Some(view! { <Notice tone=Tone::Info text=UNKNOWN action=keys/> })
        }
        Lookup::Found(found) => Some(explanation(*found, page.back.clone(), page.now.at)),
    };
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        {corrected_notice()}
        {summary}
        <search>
            <div class="find">
                {look_up(page.id, error)}
                {filters}
            </div>
        </search>
        {answer}
        {page.list.map(|list| table(list, clock))}
    }
}

/// Renders the form that finds one call by its id.
fn look_up(id: String, error: Option<&'static str>) -> AnyView {
    let error = error.map(str::to_owned);
    let is_wrong = error.is_some();
    let has_focus = takes_focus(Signal::stored(error.clone()));
    view! {
        <form class="search by-id" method="get" action="/requests">
            <label class="visually-hidden" for="id">
                "Request ID"
            </label>
            <input
                id="id"
                name="id"
                type="search"
                value=id
                placeholder="ID of a rejected request"
                autocomplete="off"
                spellcheck="false"
                required
                pattern=NO_FULL_KEY
                title=NO_FULL_KEY_ADVICE
                autofocus=has_focus
                aria-invalid=is_wrong.then_some("true")
                aria-describedby="id-error"
                aria-keyshortcuts="/"
            />
            <kbd class="scripted" aria-hidden="true">"/"</kbd>
            <button type="submit" class="button" aria-label="Look up">
                <Icon name="#i-search"/>
            </button>
            {search_error("id-error", error)}
        </form>
    }
}

fn explanation(found: Explanation, back: String, now: Timestamp) -> AnyView {
    let Explanation {
        at,
        code,
        status,
        why,
        advice,
        call,
        key,
        address,
        entries,
        remedy,
    } = found;
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
        fact("In the body", view! { <ul>{rows.collect_view()}</ul> })
    });
    let when = format!("{} · {}", relative(at.at, now), at.exact);
    view! {
        <section class="part explanation" aria-labelledby="why">
            <h2 id="why">{why}</h2>
            <p>{advice}</p>
            {remedy.map(action)}
            <dl class="facts">
                {fact("Time", view! { <time datetime=at.iso>{when}</time> })}
                {fact("Request", view! { <code>{call}</code> })}
                {status.map(|status| fact("Status", erase(status.to_string())))}
                {fact("Key", key)}
                {address.map(|address| fact("IP address", erase(address)))}
                {fact("Code", view! { <code>{code}</code> })}
                {entries}
            </dl>
            <p>
                <a href=back>"All rejected requests"</a>
            </p>
        </section>
    }
}
