//! A block of text to copy and paste elsewhere.

use super::CopyButton;
use crate::prelude::*;

/// A text with a button that copies it. A click on the text selects all of it, even without script.
#[component]
pub fn Code(
    #[prop(into)] id: String,
    #[prop(into)] text: String,
    /// Describes the copied text, if the page has several such buttons.
    #[prop(optional)]
    what: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="code">
            <pre id=id.clone()><code>{text}</code></pre>
            <CopyButton of=id what=what.map(str::to_owned)/>
        </div>
    }
}
