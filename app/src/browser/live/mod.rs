//! Browser functions of a hydrated page.
//!
//! A missing element is not an error, since pages come and go while a call is in flight.

mod dialog;
mod docs;
mod events;
mod field;
mod focus;
mod hash;
mod json;
mod leaving;
mod page;
mod post;

pub use dialog::{cancel, close, is_backdrop, open};
pub use docs::serve_docs;
pub use events::subscribe;
pub use field::{empty, form_value, form_values, has_own_address, value};
pub use focus::{focus, focus_invalid, on_approach};
pub use hash::{send_with, sha256};
pub use json::parse;
pub use leaving::{guard_leaving, on_escape, on_leaving};
pub use page::{every_second, go, ready, search, sign_in_again, text_of, write};
pub use post::post;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::Reflect;
use web_sys::{Document, Navigation, Window};

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn element<T: JsCast>(id: &str) -> Option<T> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Returns the Navigation API, or `None` in browsers without it.
fn navigation() -> Option<Navigation> {
    let navigation = window()?.navigation();
    (!JsValue::from(navigation.clone()).is_undefined()).then_some(navigation)
}

/// Returns whether this browser supports a property.
fn has(value: &JsValue, name: &str) -> bool {
    Reflect::has(value, &JsValue::from_str(name)).unwrap_or(false)
}
