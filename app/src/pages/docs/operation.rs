//! One operation: its description next to how to call it.

use super::parts::{code, refusals, values};
use crate::components::text_area_html;
use crate::docs::{Answer, Body, Needs, Operation, Value};
use crate::prelude::*;

pub fn operation(operation: &Operation) -> AnyView {
    view! {
        <section id=operation.id.clone() class="operation">
            <div class="about">
                <h3>{operation.title.clone()}</h3>
                <p class="signature">
                    <span class="method">{operation.method.clone()}</span>
                    <code>{operation.path.clone()}</code>
                </p>
                {needs(operation.key.as_ref())}
                <div class="prose" inner_html=operation.html.clone()></div>
                {parameters(&operation.parameters)}
                {operation.body.as_ref().map(body)}
                {operation.answers.iter().map(answer).collect_view()}
                {(!operation.refusals.is_empty()).then(|| view! {
                    <details>
                        <summary>{format!("Errors ({})", operation.refusals.len())}</summary>
                        {refusals(&operation.refusals)}
                    </details>
                })}
            </div>
            <div class="examples">
                {examples(operation)}
                {attempt(operation)}
            </div>
        </section>
    }
}

fn needs(key: Option<&Needs>) -> AnyView {
    match key {
        None => view! { <p class="needs">"No authentication"</p> },
        Some(Needs::AnyKey) => view! { <p class="needs">"Authentication: any API key"</p> },
        Some(Needs::Scope(scope)) => view! {
            <p class="needs">
                "Authentication: an API key with "
                <code>{scope.clone()}</code>
            </p>
        },
    }
}

fn parameters(all: &[Value]) -> AnyView {
    let places = [
        ("path", "In the path"),
        ("query", "In the query"),
        ("header", "In the headers"),
    ];
    let lists = places.map(|(place, title)| {
        let own: Vec<_> = all
            .iter()
            .filter(|one| one.place == place)
            .cloned()
            .collect();
        (!own.is_empty()).then(|| {
            view! {
                <h4>{title}</h4>
                {values(&own)}
            }
        })
    });
    erase(lists.collect_view())
}

fn body(body: &Body) -> AnyView {
    let kinds: Vec<_> = body
        .examples
        .iter()
        .map(|(kind, _)| kind.as_str())
        .collect();
    let taken = (kinds.len() > 1).then(|| format!("Accepted formats: {}.", kinds.join(", ")));
    view! {
        <h4>"Body"</h4>
        <div class="prose" inner_html=body.html.clone()></div>
        {taken.map(|taken| view! { <p>{taken}</p> })}
        {values(&body.fields)}
    }
}

fn answer(answer: &Answer) -> AnyView {
    let title = format!("Response {}", answer.status);
    if answer.fields.is_empty() && answer.headers.is_empty() {
        return view! {
            <h4>{title}</h4>
            <div class="prose" inner_html=answer.html.clone()></div>
        };
    }
    view! {
        <details>
            <summary>{title}</summary>
            <div class="prose" inner_html=answer.html.clone()></div>
            {values(&[answer.headers.as_slice(), answer.fields.as_slice()].concat())}
        </details>
    }
}

fn examples(operation: &Operation) -> AnyView {
    let snippets = operation.snippets.iter().map(|snippet| {
        let id = format!("{}-{}", operation.id, snippet.language);
        let what = format!("{}, {}", operation.title, snippet.name);
        view! {
            <div class=format!("snippet {}", snippet.language)>
                {code(id, &snippet.text, Some(snippet.name), &what)}
            </div>
        }
    });
    let shown = operation.answers.iter().find_map(|answer| {
        let example = answer.example.as_ref()?;
        let id = format!("{}-{}", operation.id, answer.status);
        let title = format!("Response {}", answer.status);
        let what = format!("the response of {}", operation.title);
        Some(code(id, example, Some(&title), &what))
    });
    view! {
        {snippets.collect_view()}
        {shown}
    }
}

/// Renders the form that makes the call from this page. It is hidden without script.
fn attempt(operation: &Operation) -> AnyView {
    let id = operation.id.clone();
    let fields = operation.parameters.iter().map(|one| {
        let field = format!("{id}-{}", one.name);
        view! {
            <div class="field">
                <label for=field.clone()>{one.name.clone()}</label>
                <input
                    id=field
                    name=format!("{}:{}", one.place, one.name)
                    value=one.example.clone()
                    required=one.required
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
        }
    });
    let body = operation
        .body
        .as_ref()
        .and_then(|body| body.examples.first())
        .map(|(_, example)| {
            let field = format!("{id}-body");
            view! {
                <div class="field">
                    <label for=field.clone()>"Body"</label>
                    <textarea
                        id=field
                        name="body"
                        rows="8"
                        autocomplete="off"
                        spellcheck="false"
                        inner_html=text_area_html(example)
                    ></textarea>
                </div>
            }
        });
    let changes = operation.method != "GET";
    view! {
        <details class="attempt needs-script">
            <summary>
                "Try it"
                <span class="visually-hidden">": "{operation.title.clone()}</span>
            </summary>
            // Before the script that sends the call runs, this method sends nothing. The default
            // would put what was typed into the address.
            <form
                method="dialog"
                data-method=operation.method.clone()
                data-path=operation.path.clone()
                data-key=operation.key.is_some().then_some("")
                data-ask=(operation.method == "DELETE").then(|| format!("{}? This sends a real request to your account.", operation.title))
            >
                {changes.then(|| view! { <p class="second">"This sends a real request to the account of the key."</p> })}
                {fields.collect_view()}
                {body}
                <button type="submit" class="button">
                    {format!("Send {}", operation.method)}
                </button>
                <pre class="reply" role="status" aria-label="Response" tabindex="0"></pre>
            </form>
        </details>
    }
}
