//! The frame of every page: the skip link, the menu, the page itself, and the status line.

use crate::components::Status;
#[cfg(feature = "ssr")]
use crate::components::{Icon, MemberFoot, Menu};
use crate::page::Page;
use crate::prelude::*;
#[cfg(feature = "ssr")]
use crate::request::handover;

#[component]
pub fn Layout(page: Page, children: Children) -> impl IntoView {
    let status = Status::provide();
    let bare = page.is_bare();
    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        {(!bare).then(|| side(page))}
        <main id="main" class:bare=bare class:in-frame=page == Page::FirstCall tabindex="-1">
            {page.goes_stale().then(updated)}
            {children()}
        </main>
        {status.line()}
    }
}

/// Renders when the data was read, on pages that do not update themselves.
#[cfg(feature = "ssr")]
fn updated() -> AnyView {
    use crate::request::page_request;

    let data = handover().data;
    let Some(now) = data.now() else {
        // The page shows nothing that could be stale.
        return view! { <p class="updated"></p> };
    };
    let request = page_request();
    // The page's own address with its query. A page that responds to a form is at another address,
    // and has none.
    let address = if request.search.is_empty() {
        request.path
    } else {
        String::new()
    };
    // The hour and minute of `23 Nov 2026, 05:31:07 UTC`.
    let time = now
        .exact
        .split_once(", ")
        .and_then(|(_, time)| time.get(..5));
    let time = time.unwrap_or(&now.exact).to_owned();
    let content = view! {
        "Updated "
        <time datetime=now.iso.clone() title=now.exact.clone()>{time}</time>
        " · "
        <a href=address>"Refresh"</a>
    };
    view! { <p class="updated" inner_html=content.to_html()></p> }
}

/// Hydration placeholder for the server's rendering.
#[cfg(not(feature = "ssr"))]
fn updated() -> AnyView {
    view! { <p class="updated"></p> }
}

/// Renders the side column or top bar. Only the server renders its content, so that none of it is
/// in the module.
#[cfg(feature = "ssr")]
fn side(page: Page) -> AnyView {
    let content = match handover().member {
        Some(member) => inside(page, &member),
        None => outside(),
    };
    view! { <header class="side" inner_html=content.to_html()></header> }
}

/// Hydration placeholder for the server's rendering.
#[cfg(not(feature = "ssr"))]
fn side(_page: Page) -> AnyView {
    view! { <header class="side"></header> }
}

#[cfg(feature = "ssr")]
fn inside(page: Page, member: &domain::MemberView) -> AnyView {
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

/// The content for readers without a session.
#[cfg(feature = "ssr")]
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
