//! The page for addresses that do not exist.

use crate::components::PageHead;
use crate::prelude::*;
use crate::request::not_found;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    not_found();
    #[cfg(feature = "ssr")]
    if crate::request::page_request()
        .flash(|word| (word == "link-gone").then_some(()))
        .is_some()
    {
        return view! {
            <PageHead
                title="This link does not work"
                purpose="It was used already, is over, or is not complete. Ask whoever gave it to you for a new one."
            />
            <p>
                <a href="/sign-in">"Go to sign-in"</a>
            </p>
        };
    }
    #[cfg(feature = "ssr")]
    if let Some((name, most)) = crate::request::page_request().too_long {
        let text = format!("“{name}” may have at most {most} characters. Go back and shorten it.");
        return view! {
            <PageHead title="Too long" purpose="A value was too long, so nothing was done."/>
            <p>{text}</p>
            <p>
                <a href="/">"Go to the Dashboard"</a>
            </p>
        };
    }
    #[cfg(feature = "ssr")]
    if let Some(name) = crate::request::page_request().asked("twice") {
        let text = format!("The address contains “{name}” more than once. Leave one of them out.");
        return view! {
            <PageHead title="Given twice" purpose="A value was given more than once, so nothing was done."/>
            <p>{text}</p>
            <p>
                <a href="/">"Go to the Dashboard"</a>
            </p>
        };
    }
    view! {
        <PageHead title="Page not found" purpose="There is no page at this address. It may have moved, or the link is incomplete."/>
        <p>
            <a href="/keys">"Go to API Keys"</a>
        </p>
    }
}
