//! The browser's native dialog, which traps the focus by itself.

use crate::browser;
use crate::prelude::*;
use leptos::ev::{Event, MouseEvent};

/// A modal dialog. `browser::open` opens it, and a button with `command="close"` and the dialog's
/// id in `commandfor` closes it.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    /// The id of the dialog's title.
    #[prop(into)]
    title: String,
    /// Whether the dialog confirms something that cannot be undone.
    #[prop(optional)]
    alert: bool,
    /// While true, neither Escape nor a click on the backdrop closes the dialog.
    #[prop(optional, into)]
    held: Signal<bool>,
    /// Called for a click on the backdrop.
    #[prop(optional)]
    on_outside: Option<Callback<()>>,
    body: AnyView,
) -> impl IntoView {
    view! {
        <dialog
            id=id
            role=alert.then_some("alertdialog")
            aria-labelledby=title
            closedby=text_signal(move || if held.get() { "none" } else { "closerequest" })
            // Fallback for browsers that do not support `closedby`.
            on:cancel=handler(move |event: Event| {
                if held.get_untracked() {
                    browser::cancel(&event);
                }
            })
            on:click=handler(move |event: MouseEvent| {
                if let Some(on_outside) = on_outside.filter(|_| browser::is_backdrop(&event)) {
                    on_outside.run(());
                }
            })
        >
            <div class="dialog-body">{body}</div>
        </dialog>
    }
}
