//! Search forms, and the texts that forms put into an address.

use super::{FieldError, Icon};
use crate::prelude::*;

/// Pattern of a text without a full key. Each text field of a form that browsers send by GET has
/// it: a full key would appear in the address, and stay in the browser's history.
///
/// A run of 43 or more letters and digits may be a key of which not all was copied. Runs of 64 are
/// allowed, since the ids of items may be digests, which have 32, 40 or 64.
pub const NO_FULL_KEY: &str =
    r"(?!.*(vx_[0-9A-Za-z]{20}|(?<![0-9A-Za-z])[0-9A-Za-z]{43,63}(?![0-9A-Za-z]))).*";

/// Advice for a text that does not match [`NO_FULL_KEY`]. The script shows it at the field
/// (`frontend/src/console.js`); without script, the browser shows it in its own message.
pub const NO_FULL_KEY_ADVICE: &str =
    "Don't enter a full key here. Use “Identify a key”, which doesn't send it.";

/// A form whose text is the parameter `q` in the address of the results.
#[component]
pub fn SearchForm(
    action: &'static str,
    label: &'static str,
    placeholder: &'static str,
    q: String,
    /// Length of the longest text, in characters.
    #[prop(optional)]
    maxlength: Option<&'static str>,
    /// Hidden fields, for the parameters that a search keeps.
    #[prop(optional)]
    kept: Option<AnyView>,
) -> impl IntoView {
    view! {
        <form class="search" method="get" action=action>
            <label class="visually-hidden" for="q">
                {label}
            </label>
            <input
                id="q"
                type="search"
                name="q"
                value=q
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                maxlength=maxlength
                pattern=NO_FULL_KEY
                title=NO_FULL_KEY_ADVICE
                aria-describedby="q-error"
                aria-keyshortcuts="/"
            />
            <kbd class="scripted" aria-hidden="true">"/"</kbd>
            {kept}
            <button type="submit" class="button" aria-label="Search">
                <Icon name="#i-search"/>
            </button>
            <FieldError id="q-error" error=Signal::stored(None)/>
        </form>
    }
}
