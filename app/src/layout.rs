//! What surrounds every page: the way past the menu, the menu, the page, and the line that says what happened.

use crate::browser;
use crate::calls::current_member;
use crate::components::{Icon, MemberFoot, Menu, Status};
use crate::request::SIGN_IN;
use domain::MemberView;
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
            browser::focus(MAIN);
        }
        now
    });
    view! {
        // The router leaves links marked external to the browser, which moves the focus as well.
        <a class="skip" href="#main" rel="external">
            "Skip to content"
        </a>
        {(!bare).then(|| view! { <Side/> })}
        <main id=MAIN class:bare=bare tabindex="-1">
            {children()}
        </main>
        {status.line()}
    }
}

#[component]
fn Side() -> impl IntoView {
    let member = Resource::new(
        || (),
        |()| async { current_member().await.ok().and_then(Result::ok) },
    );
    let account = move || {
        Suspend::new(async move {
            member
                .await
                .map(|MemberView { account_name, .. }| account_name.to_string())
        })
    };
    let foot = move || {
        Suspend::new(async move {
            member
                .await
                .map(|MemberView { email, .. }| view! { <MemberFoot email=email.to_string()/> })
        })
    };
    view! {
        <header class="side">
            <div class="brand">
                <Icon name="#i-mark"/>
                <p>
                    <strong>
                        <Suspense>{account}</Suspense>
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
                <Suspense>{foot}</Suspense>
            </div>
        </header>
    }
}
