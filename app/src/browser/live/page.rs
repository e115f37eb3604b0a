//! The page as a whole: its address, reloading it, and the time since it was loaded.

use super::{dialog, document, element, window};
use crate::request::Handover;
use gloo::timers::callback::Interval;
use leptos::prelude::{on_cleanup, provide_context, window_event_listener};
use web_sys::HtmlElement;
use web_sys::js_sys::Date;

/// Reads the [`Handover`] that the server embedded in the page, and provides it as context.
pub fn receive() {
    let text = element::<HtmlElement>(Handover::ID).and_then(|script| script.text_content());
    // Parsing from bytes, as for responses to calls, keeps a second JSON parser out of the module.
    let handover = text.and_then(|text| serde_json::from_slice::<Handover>(text.as_bytes()).ok());
    provide_context(handover.unwrap_or_default());
}

/// Marks the page as hydrated, and reloads it when the browser restores it from its back/forward
/// cache.
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

/// Reloads the page.
///
/// A restored page can be arbitrarily old, both in its data and in its signed-in member.
fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Returns the path of the page's address.
pub fn path() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| location.pathname().ok())
        .unwrap_or_default()
}

/// Returns the query string of the page's address, with its question mark.
pub fn search() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| location.search().ok())
        .unwrap_or_default()
}

/// Redirects to the sign-in page after the session has ended; signing in leads back here.
pub fn sign_in_again() {
    let Some(location) = window().map(|window| window.location()) else {
        return;
    };
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next = String::from(web_sys::js_sys::encode_uri_component(&here));
    let _ = location.assign(&format!("/sign-in?next={next}"));
}

/// Calls `tick` every second with the milliseconds since now, until the current owner is disposed
/// of.
///
/// One of the browser's two clocks stops while the computer sleeps, and the other can be set back,
/// so the one that is ahead counts.
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
    // The owner keeps the timer and drops it when it is disposed of.
    let _ = leptos::prelude::StoredValue::new_local(interval);
}
