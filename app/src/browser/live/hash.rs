//! Hashing with the browser's Web Crypto, so that the module does not contain a hash function.

use super::{element, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;
use web_sys::js_sys::{Function, Promise, Reflect, Uint8Array};

/// Returns the SHA-256 of a text in hexadecimal digits.
///
/// Returns `None` if the browser offers no hash, for example on pages loaded over plain HTTP.
pub async fn sha256(text: &str) -> Option<String> {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let subtle = get(&get(&window()?.into(), "crypto")?, "subtle")?;
    let digest: Function = get(&subtle, "digest")?.dyn_into().ok()?;
    let bytes = Uint8Array::from(text.as_bytes());
    let promise = digest.call2(&subtle, &JsValue::from_str("SHA-256"), &bytes);
    let promise: Promise = promise.ok()?.dyn_into().ok()?;
    let hash = Uint8Array::new(&JsFuture::from(promise).await.ok()?).to_vec();
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
    Some(
        hash.into_iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte)])
            .collect(),
    )
}

/// Sets a hidden field and submits its form as the browser itself would.
pub fn send_with(field: &str, value: &str) {
    if let Some(field) = element::<HtmlInputElement>(field) {
        field.set_value(value);
        if let Some(form) = field.form() {
            let _ = form.submit();
        }
    }
}
