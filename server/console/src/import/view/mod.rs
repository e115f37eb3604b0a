//! The import of a file of items: choose it, describe it, preview the changes, apply them.
//!
//! Each step is a page with a plain form.

mod columns;
mod confirm;
mod describe;
mod done;
mod effects;
mod faults;
mod preview;
mod start;

use app::components::{Icon, PageHead};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Failure, ImportPage as Data};

const HEAD: Head = Head {
    title: "Import items",
    purpose: "Nothing changes before you have checked the file and confirmed the import.",
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

/// Renders the heading of a step, from 1.
fn head(step: usize) -> AnyView {
    const STEPS: [&str; 4] = ["Choose file", "Match columns", "Check", "Done"];
    let steps = (1..).zip(STEPS).map(|(number, name)| {
        let is_done = number < step || step == STEPS.len();
        let mark = if is_done {
            view! { <Icon name="#i-check"/> }
        } else {
            erase(number)
        };
        let done = is_done.then(|| view! { <span class="visually-hidden">"Completed: "</span> });
        view! {
            <li aria-current=(number == step).then_some("step") data-done=is_done.then_some("")>
                <span class="mark" aria-hidden="true">
                    {mark}
                </span>
                <span>{done} {name}</span>
            </li>
        }
    });
    let steps = steps.collect_view();
    let purpose = if step == STEPS.len() {
        "The changes are in the inventory."
    } else {
        HEAD.purpose
    };
    view! {
        <PageHead title=HEAD.title purpose=purpose/>
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

/// Renders a part of a page that can be collapsed. `shown` is the number of rows in its table.
fn details(
    anchor: &'static str,
    title: &'static str,
    number: u64,
    shown: u64,
    is_open: bool,
    table: AnyView,
) -> Option<AnyView> {
    if number == 0 {
        return None;
    }
    let more = number.saturating_sub(shown);
    let more = (more > 0).then(|| view! { <p class="second">{format!("And {more} more.")}</p> });
    Some(view! {
        <details class="panel" id=anchor open=is_open>
            <summary>{format!("{title}: {number}")}</summary>
            <div>{table} {more}</div>
        </details>
    })
}

/// Formats a number with its noun, such as `1 item` or `3 items`.
fn count(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}
