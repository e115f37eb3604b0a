//! Items from a file, and how systems send theirs.

use super::{Code, Notice, Tone};
use crate::browser;
use crate::lean::{changing, flag, on, plain};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sending {
    Not,
    /// So many per cent have arrived.
    Sent(u32),
    /// All of it has; the server is at work.
    Stored,
    Failed,
}

/// A plain form that the browser can send by itself; where a script runs, it says how far the file is.
#[component]
pub fn ImportForm() -> impl IntoView {
    let sending = RwSignal::new(Sending::Not);
    let send = on(move |event: SubmitEvent| {
        if matches!(sending.get_untracked(), Sending::Sent(_) | Sending::Stored) {
            return browser::cancel(&event);
        }
        sending.set(Sending::Sent(0));
        let progress = move |percent: Option<u32>| {
            sending.set(percent.map_or(Sending::Stored, Sending::Sent));
        };
        browser::upload(&event, progress, move || sending.set(Sending::Failed));
    });
    let busy = flag("true", move || {
        matches!(sending.get(), Sending::Sent(_) | Sending::Stored)
    });
    let progress = changing(move || match sending.get() {
        Sending::Not => plain(()),
        Sending::Sent(percent) => bar("Sending the file…", Some(percent)),
        Sending::Stored => bar("Checking and storing the items…", None),
        Sending::Failed => plain(view! {
            <Notice
                tone=Tone::Error
                text="No answer came. Check your connection, then send the file again: what is stored already is not stored twice."
            />
        }),
    });
    plain(view! {
        <form
            class="form"
            method="post"
            action="/inventory"
            enctype="multipart/form-data"
            on:submit=send
        >
            <div class="field">
                <label for="file">"File"</label>
                <input
                    id="file"
                    class="drop"
                    type="file"
                    name="file"
                    accept=".csv,.tsv,.txt,.json,.xml"
                    aria-describedby="file-hint"
                    required
                />
                <p class="hint" id="file-hint">
                    "Drop it here or choose it: CSV, JSON or XML in UTF-8, up to 5,000 items and 16 MiB."
                </p>
            </div>
            <div class="field">
                <label for="mode">"Items that are not in the file"</label>
                <select id="mode" name="mode">
                    <option value="merge">"Keep them"</option>
                    <option value="replace">"Remove them: the file is the whole inventory"</option>
                </select>
            </div>
            <div class="field">
                <label for="on-error">"If something is wrong"</label>
                <select id="on-error" name="on_error">
                    <option value="reject">"Store nothing"</option>
                    <option value="skip">"Store the rest"</option>
                </select>
            </div>
            <div aria-live="polite">{progress}</div>
            <div class="actions">
                <button type="submit" class="button primary" aria-disabled=busy>
                    "Send file"
                </button>
            </div>
        </form>
    })
}

/// Without a value the bar only says that something is going on.
fn bar(text: &'static str, percent: Option<u32>) -> AnyView {
    plain(view! {
        <label class="progress">
            <span>{text}</span>
            <progress max="100" value=percent></progress>
        </label>
    })
}

/// For whoever sets up a system that sends items.
#[component]
pub fn SendByApi(url: String, account_id: String) -> impl IntoView {
    let call = format!(
        "curl -X POST {url}/api/inventory \\\n  -H \"X-API-Key: vx_abc123...\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"items\": [{{\"id\": \"SKU001\", \"name\": \"Honda Accord 2024\", \"category\": \"Sedan\", \"price\": 32500}}]}}'"
    );
    plain(view! {
        <div class="form">
            <p>
                "Systems send items over HTTP, with a key that may write the inventory. " <a href="/keys">"Create one"</a> " for each system."
            </p>
            <dl class="facts">
                <div>
                    <dt>"Endpoint"</dt>
                    <dd class="mono">"POST " {url} "/api/inventory"</dd>
                </div>
                <div>
                    <dt>"Account ID"</dt>
                    <dd class="mono">{account_id}</dd>
                </div>
            </dl>
            <Code id="example-call" text=call/>
        </div>
    })
}
