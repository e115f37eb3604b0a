//! The menu's foot: who is signed in, the colours, the way out.

use super::Icon;
use crate::browser;
use crate::lean::{on, plain};
use crate::request::Theme;
use leptos::ev::Event;
use leptos::prelude::*;

const THEME: &str = "theme";

/// Both are plain forms; where a script runs, the theme changes at once.
#[component]
pub fn MemberFoot(email: String) -> impl IntoView {
    let path = browser::path();
    let chosen = browser::theme();
    // What was chosen before the module arrived.
    Effect::new(|_| browser::adopt_theme(THEME));
    let themes = Theme::ALL.map(|theme| {
        view! {
            <option value=theme.as_str() selected=theme == chosen>
                {theme.label()}
            </option>
        }
    });
    plain(view! {
        <div class="member">
            <a class="member-email" href="/account" title=email>
                {email.clone()}
            </a>
            <form method="post" action="/theme" class="theme">
                <input type="hidden" name="next" value=path/>
                <label for=THEME>"Theme"</label>
                <select
                    id=THEME
                    name="theme"
                    autocomplete="off"
                    on:change=on(|event: Event| browser::set_theme(&event_target_value(&event)))
                >
                    {themes}
                </select>
                <button type="submit" class="button small without-script">
                    "Apply"
                </button>
            </form>
            <form method="post" action="/sign-out">
                <button type="submit" class="button quiet">
                    <Icon name="#i-out"/>
                    "Sign out"
                </button>
            </form>
        </div>
    })
}
