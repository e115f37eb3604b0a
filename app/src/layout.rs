//! What surrounds every page: the way past the menu, the menu, the page, and the line that says what happened.

use crate::components::{Icon, MemberFoot, Menu, Status};
use crate::lean::plain;
use crate::request::handover;
use crate::routes::Page;
use leptos::prelude::*;

#[component]
pub fn Layout(page: Page, children: Children) -> impl IntoView {
    let status = Status::provide();
    let bare = page.is_bare();
    plain(view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        {(!bare).then(|| view! { <Side page=page/> })}
        <main id="main" class:bare=bare class:in-frame=page == Page::FirstCall tabindex="-1">
            {children()}
        </main>
        {status.line()}
    })
}

#[component]
fn Side(page: Page) -> impl IntoView {
    let Some(member) = handover().member else {
        return plain(view! { <Outside/> });
    };
    let account = member.account_name.to_string();
    let email = member.email.to_string();
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
                <Menu page=page/>
                <MemberFoot email=email/>
            </div>
        </header>
    })
}

/// For those who read without a session.
#[component]
fn Outside() -> impl IntoView {
    plain(view! {
        <header class="side">
            <div class="brand">
                <Icon name="#i-mark"/>
                <p>
                    <strong>"Voxum Console"</strong>
                </p>
            </div>
            <a class="button sign-in" href="/sign-in">
                "Sign in"
            </a>
        </header>
    })
}
