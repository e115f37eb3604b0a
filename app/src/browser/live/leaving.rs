//! Hooks for leaving the page or a part of it.

use super::navigation;
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::ev::KeyboardEvent;
use leptos::prelude::{
    StoredValue, on_cleanup, window_event_listener, window_event_listener_untyped,
};
use wasm_bindgen::JsCast;
use web_sys::NavigateEvent;

/// Asks for confirmation before the page is left, while `guarded` returns true and the current
/// owner lives.
///
/// If the document would be unloaded, the browser itself asks. If only its content would change, as
/// with the back button, `ask` is called instead.
pub fn guard_leaving(guarded: impl Fn() -> bool + Copy + 'static, ask: impl Fn() + 'static) {
    let listener = window_event_listener_untyped("beforeunload", move |event| {
        if guarded() {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
    let Some(navigation) = navigation() else {
        return;
    };
    // The capture phase runs before any other listener sees the event.
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let back = EventListener::new_with_options(&navigation, "navigate", options, move |event| {
        let event: &NavigateEvent = event.unchecked_ref();
        let stays = event.destination().same_document() && event.cancelable();
        if guarded() && stays {
            event.prevent_default();
            ask();
        }
    });
    // The owner keeps the listener and drops it when it is disposed of.
    let _ = StoredValue::new_local(back);
}

/// Calls `then` when the page is left, until the current owner is disposed of.
pub fn on_leaving(then: impl Fn() + 'static) {
    let listener = window_event_listener_untyped("pagehide", move |_| then());
    on_cleanup(move || listener.remove());
}

/// Calls `then` whenever Escape is pressed, regardless of the focus, until the current owner is
/// disposed of.
pub fn on_escape(then: impl Fn() + 'static) {
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            then();
        }
    });
    on_cleanup(move || listener.remove());
}
