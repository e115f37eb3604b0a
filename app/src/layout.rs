//! What surrounds every page: the way past the menu, the menu, the page, and the line that says what happened.

use crate::browser;
use crate::codec::Json;
use crate::components::{Icon, MemberFoot, Menu, Status};
use crate::lean::plain;
use crate::request::{SIGN_IN, page_request};
use crate::titles::title;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const MAIN: &str = "main";

/// Pages that stand before the session have no menu.
fn is_bare(path: &str) -> bool {
    path == SIGN_IN || path.starts_with("/setup/")
}

#[component]
pub fn Layout(children: Children) -> impl IntoView {
    let status = Status::provide();
    let path = use_location().pathname;
    let bare = path.with_untracked(|path| is_bare(path));
    // Where the page changes without a page load, the focus follows as it would with one.
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            browser::set_title(title(&now));
            browser::focus(MAIN);
        }
        now
    });
    plain(view! {
        // The router leaves links marked external to the browser, which moves the focus as well.
        <a class="skip" href="#main" rel="external">
            "Skip to content"
        </a>
        {(!bare).then(|| view! { <Side/> })}
        <main id=MAIN class:bare=bare tabindex="-1">
            {children()}
        </main>
        {status.line()}
    })
}

#[component]
fn Side() -> impl IntoView {
    // Who is signed in cannot change while the page stands: it comes with it.
    let member: SharedValue<_, Json> = SharedValue::new_with_encoding(|| page_request().member);
    let (account, email) = member
        .into_inner()
        .map(|member| (member.account_name.to_string(), member.email.to_string()))
        .unzip();
    plain(view! {
        <header class="side">
            <div class="brand">
                <Icon name="#i-mark"/>
                <p>
                    <strong>
                        {account}
                    </strong>
                    <span>"Voxum Console"</span>
                </p>
            </div>
            <button type="button" class="button menu-button" popovertarget="menu">
                <Icon name="#i-menu"/>
                "Menu"
            </button>
            <div id="menu" class="menu" popover>
                <Menu/>
                {email.map(|email| view! { <MemberFoot email=email/> })}
            </div>
        </header>
    })
}
