//! The browser's own dialog, which opens before the module has arrived and keeps the focus inside by itself.

use crate::browser;
use crate::lean::{on, plain, word};
use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;

/// The button that opens it has `command="show-modal"` and `commandfor` its id.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    /// The id of its title.
    #[prop(into)]
    title: String,
    /// It asks about something that cannot be undone.
    #[prop(optional)]
    alert: bool,
    /// While this holds, neither Escape nor a click beside it closes it.
    #[prop(optional, into)]
    held: Signal<bool>,
    /// Called for a click beside it while it is held.
    #[prop(optional)]
    on_outside: Option<Callback<()>>,
    body: AnyView,
) -> impl IntoView {
    plain(view! {
        <dialog
            id=id
            role=alert.then_some("alertdialog")
            aria-labelledby=title
            closedby=word(move || if held.get() { "none" } else { "closerequest" })
            // For browsers that do not know `closedby`.
            on:cancel=on(move |event: Event| {
                if held.get_untracked() {
                    browser::cancel(&event);
                }
            })
            on:click=on(move |event: MouseEvent| {
                if let Some(on_outside) = on_outside.filter(|_| browser::is_backdrop(&event)) {
                    on_outside.run(());
                }
            })
        >
            <div class="dialog-body">{body}</div>
        </dialog>
    })
}
