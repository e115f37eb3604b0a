//! The page from top to bottom.

use super::KEY;
use super::operation::operation;
use super::parts::{chapter, list, refusals};
use crate::components::PageHead;
use crate::docs::{Chapter, Docs, Group};
use crate::prelude::*;
use crate::request::page_request;

/// Returns the page's content as HTML.
pub fn html() -> String {
    let Some(docs) = page_request().docs else {
        return String::new();
    };
    let drawn = docs.drawn.get_or_init(|| draw(&docs).to_html());
    drawn.clone()
}

fn draw(docs: &Docs) -> AnyView {
    let open = view! { <a class="button" href="/api/openapi.json">"OpenAPI 3.1"</a> };
    view! {
        <PageHead title="API docs" purpose="Sync your inventory and leads over HTTP." action=open/>
        {contents(docs)}
        {bar()}
        {docs.start.iter().map(chapter).collect_view()}
        {docs.groups.iter().map(group).collect_view()}
        {docs.more.iter().map(chapter).collect_view()}
        <section id="errors" class="chapter">
            <h2>"Errors"</h2>
            <p>
                "Every error is "
                <code>"application/problem+json"</code>
                " (RFC 9457). Let your program decide by "
                <code>"code"</code>
                ", and show "
                <code>"detail"</code>
                " to people. Checks run in this order, and the first failure is returned:"
            </p>
            {refusals(&docs.problems)}
        </section>
        {docs.trouble.iter().map(chapter).collect_view()}
    }
}

/// Renders the choice of the examples' language, and the field for the key to try them with.
fn bar() -> AnyView {
    let languages = [
        ("curl", "curl"),
        ("python", "Python"),
        ("javascript", "JavaScript"),
    ];
    let languages = languages.map(|(word, name)| {
        let id = format!("language-{word}");
        view! {
            <input type="radio" name="language" id=id.clone() value=word checked=word == "curl"/>
            <label for=id>{name}</label>
        }
    });
    view! {
        <div class="docs-bar">
            <fieldset class="tabs">
                <legend>"Examples in"</legend>
                {languages}
            </fieldset>
            <div class="field needs-script">
                <label for=KEY>"API key for “Try it”"</label>
                <input id=KEY type="password" autocomplete="new-password" spellcheck="false" aria-describedby="docs-key-hint"/>
                <p id="docs-key-hint" class="hint">
                    "Never stored, and cleared when you leave the page."
                </p>
            </div>
            <p class="without-script second">
                "Turn on JavaScript to try requests here."
            </p>
        </div>
    }
}

/// Renders the table of contents.
fn contents(docs: &Docs) -> AnyView {
    let chapters = |chapters: &[Chapter]| {
        list(
            chapters
                .iter()
                .map(|one| (one.id.clone(), one.title.clone())),
        )
    };
    let groups = docs.groups.iter().map(|group| {
        let links = group
            .operations
            .iter()
            .map(|one| (one.id.clone(), one.title.clone()));
        view! {
            <div>
                <p>{group.title.clone()}</p>
                {list(links)}
            </div>
        }
    });
    let errors = vec![("errors".to_owned(), "Errors".to_owned())];
    view! {
        <nav class="contents" aria-label="On this page">
            <div>
                <p>"Start"</p>
                {chapters(&docs.start)}
            </div>
            {groups.collect_view()}
            <div>
                <p>"In depth"</p>
                {chapters(&docs.more)}
            </div>
            <div>
                <p>"Troubleshooting"</p>
                {list(errors)}
                {chapters(&docs.trouble)}
            </div>
        </nav>
    }
}

fn group(group: &Group) -> AnyView {
    view! {
        <section id=group.id.clone() class="group">
            <h2>{group.title.clone()}</h2>
            <div class="prose" inner_html=group.html.clone()></div>
            {group.operations.iter().map(operation).collect_view()}
        </section>
    }
}
