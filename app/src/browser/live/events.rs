//! Server-sent events that update a page while it is visible.

use super::document;
use gloo::events::EventListener;
use leptos::prelude::{SetValue as _, StoredValue};
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

/// An open event stream, closed when dropped.
struct OpenStream {
    source: EventSource,
    _listener: EventListener,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Subscribes to the event stream at `url` while the page is visible, until the current owner is
/// disposed of.
///
/// Browsers open few connections to one server, and pages in background tabs would take them all
/// up. If the stream cannot be opened, the page simply receives no updates.
pub fn subscribe(url: String, on_message: impl Fn(String) + Clone + 'static) {
    let Some(document) = document() else { return };
    let open = move || {
        let source = EventSource::new(&url).ok()?;
        let on_message = on_message.clone();
        let listener = EventListener::new(&source, "message", move |event| {
            let event: &MessageEvent = event.unchecked_ref();
            if let Some(text) = event.data().as_string() {
                on_message(text);
            }
        });
        Some(OpenStream {
            source,
            _listener: listener,
        })
    };
    let page = document.clone();
    let stream = StoredValue::new_local((!page.hidden()).then(&open).flatten());
    let visibility = EventListener::new(&document, "visibilitychange", move |_| {
        stream.set_value((!page.hidden()).then(&open).flatten());
    });
    // The owner keeps the listener and drops it when it is disposed of.
    let _ = StoredValue::new_local(visibility);
}
