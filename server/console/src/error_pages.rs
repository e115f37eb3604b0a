//! Pages for addresses that lead to no page, or that cannot be read.

use app::components::PageHead;
use app::prelude::*;

pub fn not_found_page() -> AnyView {
    view! {
        <PageHead title="Page not found" purpose="We couldn't find that page. The address may be wrong or incomplete."/>
        <p>
            <a href="/keys">"Go to API Keys"</a>
        </p>
    }
}

/// The page of an invalid one-time link.
pub fn invalid_link_page() -> AnyView {
    view! {
        <PageHead
            title="This link isn't valid"
            purpose="It has been used, has expired, or is incomplete. Ask the person who sent it for a new one."
        />
        <p>
            <a href="/sign-in">"Go to sign-in"</a>
        </p>
    }
}

/// The page of a request in which the parameter `name` is longer than `max_chars`.
pub fn too_long_page(name: &str, max_chars: usize) -> AnyView {
    let text = format!("“{name}” can have at most {max_chars} characters. Go back and shorten it.");
    view! {
        <PageHead title="Too long" purpose="A value was too long, so nothing was done."/>
        {reason(text)}
    }
}

/// The page of a request in which the parameter `name` occurs more than once.
pub fn repeated_page(name: &str) -> AnyView {
    let text = format!("The address contains “{name}” more than once. Remove one of them.");
    view! {
        <PageHead title="Duplicate value" purpose="A value was given more than once, so nothing was done."/>
        {reason(text)}
    }
}

fn reason(text: String) -> AnyView {
    view! {
        <p>{text}</p>
        <p>
            <a href="/">"Go to the Dashboard"</a>
        </p>
    }
}
