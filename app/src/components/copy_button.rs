//! Puts a text on the clipboard, and says so only when it is there.

use crate::browser;
use crate::whole::whole;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Shown where a script runs. Where the clipboard refuses, `refused` is called.
#[component]
pub fn CopyButton(
    /// Asked for at the moment of the click, so that the button itself keeps no secret.
    text: Callback<(), String>,
    refused: Callback<()>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.run(());
        spawn_local(async move {
            let done = browser::copy(text).await;
            copied.try_set(done);
            if !done {
                refused.try_run(());
            }
        });
    };
    whole(view! {
        <button type="button" class="button copy needs-script" on:click=copy>
            <svg class="icon" aria-hidden="true">
                <use href=move || if copied.get() { "#i-check" } else { "#i-copy" }></use>
            </svg>
            <span aria-live="polite">{move || if copied.get() { "Copied" } else { "Copy" }}</span>
        </button>
    })
}
