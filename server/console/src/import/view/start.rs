//! The first step: the choice of a file.

use super::faults::fault_table;
use super::{discard, head};
use app::components::{Clock, Notice, Time, Tone};
use app::prelude::*;
use app::request::page_request;
use domain::{FileRefusal, ImportStart, OpenImport};

#[component]
pub fn Start(start: ImportStart) -> impl IntoView {
    let is_refused = start.refused.is_some();
    let discarded = page_request().flash(|word| {
        let text = "Discarded. The file was deleted, and nothing was imported.";
        (word == "discarded").then(|| view! { <Notice tone=Tone::Info text=text/> })
    });
    let refused = start.refused.map(refused);
    let open = start.open.map(open);
    view! {
        {head(1)}
        {discarded}
        {refused}
        {open}
        <form class="form" method="post" action="/inventory/import" enctype="multipart/form-data">
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
    }
}

fn refused(refusal: FileRefusal) -> AnyView {
    let FileRefusal { reason, rows } = refusal;
    view! {
        <section id="refused" class="report" aria-label="Why the file was rejected">
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
                {discard(&open.path)}
                <a class="button" href=open.path>
                    "Continue this import"
                </a>
            </div>
        </section>
    }
}
