//! Something to paste into a terminal.

use super::CopyButton;
use crate::browser;
use crate::lean::plain;
use leptos::prelude::*;

/// A click on the text selects all of it.
#[component]
pub fn Code(
    id: &'static str,
    #[prop(into)] text: String,
    /// With a button that copies it.
    #[prop(optional)]
    copy: bool,
) -> impl IntoView {
    let button = copy.then(|| {
        let text = StoredValue::new(text.clone());
        view! {
            <CopyButton
                text=Callback::new(move |()| text.get_value())
                refused=Callback::new(move |()| browser::select_all(id))
            />
        }
    });
    plain(view! {
        <div class="code">
            <pre id=id><code>{text}</code></pre>
            {button}
        </div>
    })
}
