//! The frame of every page: the skip link, the menu, the page itself, and the status line.

use crate::components::{Icon, MemberFoot, Menu, Status, minute};
use crate::page::Page;
use crate::prelude::*;
use crate::request::page_request;
use domain::{DisplayTime, MemberView};

#[component]
pub fn Layout(page: Page, read_at: Option<DisplayTime>, children: Children) -> impl IntoView {
    let status = Status::provide();
    let bare = page.is_bare();
    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        {(!bare).then(|| side(page))}
        <main id="main" class:bare=bare class:in-frame=page.is_in_frame() tabindex="-1">
            {page.goes_stale().then(|| updated(read_at))}
            {children()}
        </main>
        {status.line()}
    }
}

/// Renders when the data was read, on pages that do not update themselves. It is empty if the page
/// shows nothing that could be stale.
fn updated(read_at: Option<DisplayTime>) -> AnyView {
    let content = server_html(|| {
        read_at
            .map(|now| update(&now).to_html())
            .unwrap_or_default()
    });
    view! { <p class="updated" inner_html=content></p> }
}

fn update(now: &DisplayTime) -> AnyView {
    let request = page_request();
    // The page's own address with its query. A page that responds to a form is at another address,
    // and has none.
    let address = if request.search.is_empty() {
        request.path
    } else {
        String::new()
    };
    view! {
        "Updated "
        {minute(now)}
        " · "
        <a href=address>"Refresh"</a>
    }
}

/// Renders the side column or top bar.
fn side(page: Page) -> AnyView {
    let content = server_html(|| {
        let request = page_request();
        let content = match request.member {
            Some(member) if request.factor_due => enrolling(&member),
            Some(member) => inside(page, &member),
            None => outside(),
        };
        content.to_html()
    });
    view! { <header class="side" inner_html=content></header> }
}

fn inside(page: Page, member: &MemberView) -> AnyView {
    let account = member.account_name.to_string();
    let email = member.email.to_string();
    view! {
        <div class="brand">
            <Icon name="#i-mark"/>
            <p>
                <strong>{account}</strong>
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
    }
}

/// The content for a member who can only set up a second factor.
fn enrolling(member: &MemberView) -> AnyView {
    view! {
        <div class="brand">
            <Icon name="#i-mark"/>
            <p>
                <strong>{member.account_name.to_string()}</strong>
                <span>"Voxum Console"</span>
            </p>
        </div>
        <form method="post" action="/sign-out">
            <button type="submit" class="button sign-in">
                "Sign out"
            </button>
        </form>
    }
}

/// The content for readers without a session.
fn outside() -> AnyView {
    view! {
        <div class="brand">
            <Icon name="#i-mark"/>
            <p>
                <strong>"Voxum Console"</strong>
            </p>
        </div>
        <a class="button sign-in" href="/sign-in">
            "Sign in"
        </a>
    }
}
