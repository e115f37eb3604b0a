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
                title="This link isn't valid"
                purpose="It has been used, has expired, or is incomplete. Ask the person who sent it for a new one."
            />
            <p>
                <a href="/sign-in">"Go to sign-in"</a>
            </p>
        };
    }
    #[cfg(feature = "ssr")]
    if let Some((name, most)) = crate::request::page_request().too_long {
        let text = format!("“{name}” can have at most {most} characters. Go back and shorten it.");
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
        let text = format!("The address contains “{name}” more than once. Remove one of them.");
        return view! {
            <PageHead title="Duplicate value" purpose="A value was given more than once, so nothing was done."/>
            <p>{text}</p>
            <p>
                <a href="/">"Go to the Dashboard"</a>
            </p>
        };
    }
    view! {
        <PageHead title="Page not found" purpose="We couldn't find that page. The address may be wrong or incomplete."/>
        <p>
            <a href="/keys">"Go to API Keys"</a>
        </p>
    }
}
