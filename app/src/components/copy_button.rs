//! Puts a text on the clipboard, and says so only when it is there.

use crate::browser;
use crate::lean::{on, plain, word};
use leptos::ev::MouseEvent;
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
    let copy = on(move |_: MouseEvent| {
        let text = text.run(());
        spawn_local(async move {
            let done = browser::copy(text).await;
            copied.try_set(done);
            if !done {
                refused.try_run(());
            }
        });
    });
    plain(view! {
        <button type="button" class="button copy needs-script" on:click=copy>
            <svg class="icon" aria-hidden="true">
                <use href=word(move || if copied.get() { "#i-check" } else { "#i-copy" })></use>
            </svg>
            <span aria-live="polite">{word(move || if copied.get() { "Copied" } else { "Copy" })}</span>
        </button>
    })
}
