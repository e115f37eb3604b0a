//! The field, the results, and the list of keyboard shortcuts.
//!
//! A script shows the same results in a dialog (`frontend/src/palette.js`).

use crate::components::narrow;
use app::components::{PageHead, SearchForm};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Failure, SearchGroup, SearchPage as Data, SearchResult};

const HEAD: Head = Head {
    title: "Search",
    purpose: "Find a key, a page, an action or a request.",
};

const SHORTCUTS: [(&str, &str); 7] = [
    ("Ctrl K", "Search keys, pages and actions (⌘ K on Mac)"),
    ("/", "Go to the search field"),
    ("c", "Create an API key"),
    ("j", "Next row of a list"),
    ("k", "Previous row of a list"),
    ("x", "Select or deselect the row"),
    ("?", "Show these shortcuts"),
];

pub fn search_page(data: Result<Data, Failure>) -> AnyView {
    let content = page_or_error(HEAD, data, |page| {
        view! { <Search page=page/> }
    });
    narrow(content)
}

#[component]
fn Search(page: Data) -> impl IntoView {
    let nothing = page
        .groups
        .is_empty()
        .then(|| view! { <p>"Nothing found. Try fewer words, a part of a key's name, or an action such as “revoke”."</p> });
    let groups = page.groups.into_iter().map(group).collect_view();
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <search>
            <SearchForm
                action="/search"
                label="Search keys, pages and actions"
                placeholder="Key, page, action or request ID"
                q=page.q
                maxlength="64"
            />
        </search>
        <div id="results" class="results">
            {nothing}
            {groups}
        </div>
        <section id="shortcuts" class="shortcuts scripted">
            <h2 id="shortcuts-title">"Keyboard shortcuts"</h2>
            <dl>{shortcuts()}</dl>
            <label class="switch">
                <input type="checkbox" id="single-keys" role="switch" checked/>
                "Single-key shortcuts"
            </label>
        </section>
    }
}

fn group(SearchGroup { title, results }: SearchGroup) -> AnyView {
    let results = results.into_iter().map(result).collect_view();
    view! {
        <section>
            <h2>{title}</h2>
            <ul>{results}</ul>
        </section>
    }
}

fn result(result: SearchResult) -> AnyView {
    let SearchResult {
        text,
        detail,
        href,
        press,
    } = result;
    let press = (!press.is_empty()).then_some(press);
    let detail = (!detail.is_empty()).then(|| view! { <span class="second">{detail}</span> });
    view! {
        <li>
            <a href=href data-press=press>
                <span>{text}</span>
                " "
                {detail}
            </a>
        </li>
    }
}

fn shortcuts() -> AnyView {
    let rows = SHORTCUTS.map(|(key, meaning)| {
        view! {
            <div>
                <dt>
                    <kbd>{key}</kbd>
                </dt>
                <dd>{meaning}</dd>
            </div>
        }
    });
    erase(rows)
}
