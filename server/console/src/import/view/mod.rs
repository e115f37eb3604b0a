//! The import of a file of items: choose it, describe it, preview the changes, apply them.
//!
//! Each step is a page with a plain form.

mod columns;
mod describe;
mod done;
mod effects;
mod faults;
mod preview;
mod start;

use app::components::PageHead;
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Failure, ImportPage as Data};

const HEAD: Head = Head {
    title: "Import items",
    purpose: "A file of items in three steps. Nothing changes before you confirm the last one.",
};

pub fn import_page(data: Result<Data, Failure>) -> AnyView {
    let content = page_or_error(HEAD, data, |page| match page {
        Data::Start(start) => view! { <start::Start start=*start/> },
        Data::Describe(file) => view! { <describe::Describe file=*file/> },
        Data::Preview(preview) => view! { <preview::Preview preview=*preview/> },
        Data::Done(result) => view! { <done::Done result=*result/> },
        Data::Unavailable => gone(),
    });
    view! { <div class="import">{content}</div> }
}

/// Renders the heading of a step.
fn head(step: usize) -> AnyView {
    const STEPS: [&str; 3] = ["Choose a file", "Describe it", "Check and import"];
    let steps = (1..).zip(STEPS).map(|(number, name)| {
        view! {
            <li aria-current=(number == step).then_some("step") data-done=(number < step).then_some("")>
                <span class="mark" aria-hidden="true">
                    {number}
                </span>
                {name}
            </li>
        }
    });
    let steps = steps.collect_view();
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <ol class="import-steps" aria-label="Steps">
            {steps}
        </ol>
    }
}

fn gone() -> AnyView {
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <section class="empty">
            <h2>"This import has expired"</h2>
            <p>
                "A file is kept for one hour, or until you choose another one. Only the member who chose it can import it."
            </p>
            <a class="button primary" href="/inventory/import">
                "Choose a file"
            </a>
        </section>
    }
}

const DISCARD: &str = "Discard this import";

fn discard_path(path: &str) -> String {
    format!("{path}/discard")
}

/// Renders the button that discards an import.
fn discard(path: &str) -> AnyView {
    view! {
        <form method="post" action=discard_path(path)>
            <button type="submit" class="button quiet">
                {DISCARD}
            </button>
        </form>
    }
}

/// Formats a number with its noun, such as `1 item` or `3 items`.
fn count(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}
