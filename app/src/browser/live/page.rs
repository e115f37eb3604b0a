//! The page as a whole: its address, reloading it, and the time since it was loaded.

use super::{dialog, document, element, window};
use gloo::timers::callback::Interval;
use leptos::prelude::{on_cleanup, window_event_listener};
use web_sys::HtmlElement;
use web_sys::js_sys::Date;

/// Returns the text of an element.
pub fn text_of(id: &str) -> Option<String> {
    element::<HtmlElement>(id)?.text_content()
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
    dialog::polyfill_commands();
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

/// Returns the query string of the page's address, with its question mark.
pub fn search() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| location.search().ok())
        .unwrap_or_default()
}

/// Loads another page.
pub fn go(address: &str) {
    if let Some(window) = window() {
        let _ = window.location().assign(address);
    }
}

/// Redirects to the sign-in page after the session has ended; signing in leads back here.
pub fn sign_in_again() {
    let Some(location) = window().map(|window| window.location()) else {
        return;
    };
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next = String::from(web_sys::js_sys::encode_uri_component(&here));
    go(&format!("/sign-in?next={next}"));
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

/// Replaces the text of an element that the server has rendered.
pub fn write(id: &str, text: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        element.set_text_content(Some(text));
    }
}
