//! What the server tells while somebody looks at a page.

use super::document;
use gloo::events::EventListener;
use leptos::prelude::{SetValue as _, StoredValue};
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

/// A stream of events; it ends when dropped.
struct Heard {
    source: EventSource,
    _listener: EventListener,
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Hears the events at an address as long as the current owner lives and somebody looks at the page: browsers open few
/// connections to one server, and pages behind others would take them all. Where the server does not tell, nothing
/// happens.
pub fn hear(url: String, tell: impl Fn(String) + Clone + 'static) {
    let Some(document) = document() else { return };
    let open = move || {
        let source = EventSource::new(&url).ok()?;
        let tell = tell.clone();
        let listener = EventListener::new(&source, "message", move |event| {
            let event: &MessageEvent = event.unchecked_ref();
            if let Some(text) = event.data().as_string() {
                tell(text);
            }
        });
        Some(Heard {
            source,
            _listener: listener,
        })
    };
    let seen = document.clone();
    let heard = StoredValue::new_local((!seen.hidden()).then(&open).flatten());
    let looks = EventListener::new(&document, "visibilitychange", move |_| {
        heard.set_value((!seen.hidden()).then(&open).flatten());
    });
    // The owner keeps it, and drops it when it goes.
    let _ = StoredValue::new_local(looks);
}
