//! The first step: the choice of a file.

use super::faults::fault_table;
use super::{discard, head};
use crate::components::{Help, HelpLink, cards_with_help};
use app::components::{Clock, Notice, Time, Tone};
use app::prelude::*;
use app::request::page_request;
use domain::{FileRefusal, ImportStart, OpenImport};

const HELP: Help = Help {
    title: "Before you import",
    advice: &[
        "Each item needs an ID and a name. Everything else is optional.",
        "The first row of a table has the names of the columns.",
        "You see every change before it is made. Nothing changes until you confirm the last step.",
        "In the next step, you choose whether items that aren't in the file are kept or removed.",
        "The file is kept for one hour, or until it is imported. Only you can import it.",
    ],
    link: Some(HelpLink::Page(
        "/docs#feeds-in-xml-and-csv",
        "Fields and formats",
    )),
};

#[component]
pub fn Start(start: ImportStart) -> impl IntoView {
    let is_refused = start.refused.is_some();
    let discarded = page_request().flash(|word| {
        let text = "Discarded. The file was deleted, and nothing was imported.";
        (word == "discarded").then(|| view! { <Notice tone=Tone::Success text=text/> })
    });
    let refused = start.refused.map(refused);
    let open = start.open.map(open);
    let cards = view! {
        {refused}
        {open}
        <form class="box form" method="post" action="/inventory/import" enctype="multipart/form-data">
            <div class="field">
                <label for="file">"File"</label>
                <input
                    id="file"
                    class="drop"
                    type="file"
                    name="file"
                    accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.xml"
                    aria-describedby=if is_refused { "file-hint refused" } else { "file-hint" }
                    aria-invalid=is_refused.then_some("true")
                    autofocus=is_refused
                    required
                />
                <p class="hint" id="file-hint">
                    "Drag a file here or browse. CSV as your shop, dealer system or spreadsheet exports it, or JSON, JSON Lines or XML. Up to 5,000 items and 16 MiB. "
                    <a href="/inventory/template.csv">"Download a template"</a>
                </p>
            </div>
            <div class="actions">
                <a class="button" href="/inventory">
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Continue"
                </button>
            </div>
        </form>
    };
    view! {
        {head(1)}
        {discarded}
        {cards_with_help(HELP, cards)}
    }
}

fn refused(refusal: FileRefusal) -> AnyView {
    let FileRefusal { reason, rows } = refusal;
    view! {
        <section id="refused" class="cards" aria-label="Why the file was rejected">
            <Notice
                tone=Tone::Error
                title="The file cannot be read"
                text=reason
                action=view! { <a href="/inventory/template.csv">"Download a template"</a> }
            />
            {fault_table(rows)}
        </section>
    }
}

fn open(open: OpenImport) -> AnyView {
    let clock = Clock::start(open.started.at);
    view! {
        <section class="box" aria-labelledby="open">
            <h2 id="open">"Unfinished import"</h2>
            <p>
                <strong>{open.file_name}</strong>
                ", chosen "
                <Time moment=open.started clock=clock/>
                ". Choosing another file replaces it."
            </p>
            <div class="actions">
                <a class="button" href=open.path.clone()>
                    "Continue this import"
                </a>
                {discard(&open.path)}
            </div>
        </section>
    }
}
