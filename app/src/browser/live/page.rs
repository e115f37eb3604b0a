//! The page as a whole: where it stands, how old it is.

use super::{dialog, document, element, window};
use crate::request::Handover;
use gloo::timers::callback::Interval;
use leptos::prelude::{on_cleanup, provide_context, window_event_listener};
use web_sys::HtmlElement;
use web_sys::js_sys::Date;

/// Takes what the server handed over with the page.
pub fn receive() {
    let text = element::<HtmlElement>(Handover::ID).and_then(|script| script.text_content());
    // Read as the answers of calls are, from bytes, so that the reader is in the module once.
    let handover = text.and_then(|text| serde_json::from_slice::<Handover>(text.as_bytes()).ok());
    provide_context(handover.unwrap_or_default());
}

/// Marks the page as taken over, and has it drawn anew where the browser shows it again as it was left.
pub fn ready() {
    let restored = window_event_listener(leptos::ev::pageshow, |event| {
        if event.persisted() {
            reload();
        }
    });
    on_cleanup(move || restored.remove());
    dialog::teach_commands();
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

/// The page may be as old as the browser likes: what it shows, and who is signed in.
fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Where the page stands.
pub fn path() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| location.pathname().ok())
        .unwrap_or_default()
}

/// What the address asks for, with its question mark.
pub fn search() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| location.search().ok())
        .unwrap_or_default()
}

/// The session is over: asks for the password, and comes back here afterwards.
pub fn sign_in_again() {
    let Some(location) = window().map(|window| window.location()) else {
        return;
    };
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next = String::from(web_sys::js_sys::encode_uri_component(&here));
    let _ = location.assign(&format!("/sign-in?next={next}"));
}

/// Calls `tick` each second with the milliseconds since now, as long as the current owner lives. One of the browser's two
/// clocks stops while the computer sleeps, and the other may be set back: the one that is ahead counts.
pub fn every_second(tick: impl Fn(i64) + 'static) {
    let Some(performance) = window().and_then(|window| window.performance()) else {
        return;
    };
    let (start, day) = (performance.now(), Date::now());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of one page's life"
    )]
    let interval = Interval::new(1000, move || {
        tick((performance.now() - start).max(Date::now() - day) as i64);
    });
    // The owner keeps it, and drops it when it goes.
    let _ = leptos::prelude::StoredValue::new_local(interval);
}
