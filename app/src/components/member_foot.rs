//! The foot of the menu: the signed-in member, the theme, the sign-out button.

use super::Icon;
use crate::prelude::*;
use crate::request::{Theme, page_request};

/// Both controls are plain forms. If a script runs, a theme applies as soon as it is chosen
/// (`frontend/src/console.js`).
#[component]
pub fn MemberFoot(email: String) -> impl IntoView {
    let request = page_request();
    let themes = Theme::ALL.map(|theme| {
        view! {
            <option value=theme.as_str() selected=theme == request.theme>
                {theme.label()}
            </option>
        }
    });
    view! {
        <div class="member">
            <a class="member-email" href="/account" title=email>
                {email.clone()}
            </a>
            <form method="post" action="/theme" class="theme">
                <input type="hidden" name="next" value=request.path/>
                <label for="theme">"Theme"</label>
                <select id="theme" name="theme" autocomplete="off">
                    {themes}
                </select>
                <button type="submit" class="button small unscripted">
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
    }
}
