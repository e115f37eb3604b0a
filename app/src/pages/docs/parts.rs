//! Parts that the docs use in several places.

use crate::components::CopyButton;
use crate::docs::{Block, Chapter, Refusal, Value};
use crate::prelude::*;

pub fn chapter(chapter: &Chapter) -> AnyView {
    let blocks = chapter
        .blocks
        .iter()
        .enumerate()
        .map(|(index, block)| match block {
            Block::Html(html) => view! { <div class="prose" inner_html=html.clone()></div> },
            Block::Code(text) => {
                let id = format!("{}-{index}", chapter.id);
                code(id, text, None, &format!("the example in {}", chapter.title))
            }
        });
    view! {
        <section id=chapter.id.clone() class="chapter">
            <h2>{chapter.title.clone()}</h2>
            {blocks.collect_view()}
        </section>
    }
}

/// Renders links to sections of the page.
pub fn list(links: impl IntoIterator<Item = (String, String)>) -> AnyView {
    let links = links.into_iter().map(|(id, title)| {
        view! {
            <li>
                <a href=format!("#{id}")>{title}</a>
            </li>
        }
    });
    view! { <ul>{links.collect_view()}</ul> }
}

/// Renders a code block with a copy button. `what` distinguishes the button from the others;
/// `title` is shown above.
pub fn code(id: String, text: &str, title: Option<&str>, what: &str) -> AnyView {
    view! {
        <div class="code" class:titled=title.is_some()>
            {title.map(|title| view! { <p>{title.to_owned()}</p> })}
            <pre id=id.clone()>
                <code>{text.to_owned()}</code>
            </pre>
            <CopyButton of=id what=Some(what.to_owned())/>
        </div>
    }
}

/// Renders parameters or fields, each with the values it accepts.
pub fn values(values: &[Value]) -> AnyView {
    let rows = values.iter().map(|value| {
        let required = value
            .required
            .then(|| view! { <strong>"required"</strong> });
        view! {
            <div>
                <dt>
                    <code>{value.name.clone()}</code>
                    <span>{value.kind.clone()}</span>
                    {required}
                </dt>
                <dd inner_html=value.html.clone()></dd>
            </div>
        }
    });
    view! { <dl class="values">{rows.collect_view()}</dl> }
}

pub fn refusals(refusals: &[Refusal]) -> AnyView {
    let rows = refusals.iter().map(|refusal| {
        view! {
            <div>
                <dt>
                    <span>{refusal.status.clone()}</span>
                    <code>{refusal.code.clone()}</code>
                </dt>
                <dd inner_html=refusal.html.clone()></dd>
            </div>
        }
    });
    view! { <dl class="values">{rows.collect_view()}</dl> }
}
