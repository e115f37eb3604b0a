//! When the page, or a part of it, is left.

use super::navigation;
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::ev::KeyboardEvent;
use leptos::prelude::{
    StoredValue, on_cleanup, window_event_listener, window_event_listener_untyped,
};
use wasm_bindgen::JsCast;
use web_sys::NavigateEvent;

/// Keeps the page from going away while `guarded` says so, as long as the current owner lives. Where the page would be
/// gone the browser asks; where only its content would change, on the way back, `ask` does.
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
    // Before anything else hears of it.
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
    // The owner keeps it, and drops it when it goes.
    let _ = StoredValue::new_local(back);
}

/// Calls `then` when the page goes away, as long as the current owner lives.
pub fn on_leaving(then: impl Fn() + 'static) {
    let listener = window_event_listener_untyped("pagehide", move |_| then());
    on_cleanup(move || listener.remove());
}

/// Calls `then` whenever Escape is pressed, wherever the focus is, as long as the current owner lives.
pub fn on_escape(then: impl Fn() + 'static) {
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            then();
        }
    });
    on_cleanup(move || listener.remove());
}
