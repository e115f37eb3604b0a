//! The forms of the API docs that make a call.
//!
//! The server renders these forms, and there are many of them, so a single listener serves them
//! all.

use super::{element, value, window};
use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::StoredValue;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{JSON, Reflect, encode_uri_component};
use web_sys::{
    Element, Headers, HtmlElement, HtmlFormElement, RequestCredentials, RequestInit, Response,
};

/// Response headers worth showing to the reader.
const SHOWN: [&str; 8] = [
    "content-type",
    "etag",
    "location",
    "idempotency-replayed",
    "ratelimit-policy",
    "ratelimit",
    "retry-after",
    "x-request-id",
];

/// Attribute of a form whose response is still pending.
const BUSY: &str = "data-busy";

/// Serves the forms inside the element `article`, until the current owner is disposed of. `key` is
/// the id of the field that contains the reader's API key.
pub fn serve_docs(article: &str, key: &'static str) {
    let Some(article) = element::<Element>(article) else {
        return;
    };
    let options = EventListenerOptions::enable_prevent_default();
    let sent = EventListener::new_with_options(&article, "submit", options, move |event| {
        event.prevent_default();
        if let Some(form) = target(event).and_then(|form| form.dyn_into().ok()) {
            spawn_local(send(form, key));
        }
    });
    // The owner keeps the listener and drops it when it is disposed of.
    let _ = StoredValue::new_local(sent);
}

fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Makes the call that a form describes, and shows the response.
async fn send(form: HtmlFormElement, key: &'static str) {
    let Ok(Some(reply)) = form.query_selector(".reply") else {
        return;
    };
    // An impatient second click must not make a second call.
    if form.has_attribute(BUSY) {
        return;
    }
    let asks = form.get_attribute("data-ask");
    let agreed = asks.is_none_or(|ask| {
        window().is_some_and(|window| window.confirm_with_message(&ask).unwrap_or(false))
    });
    if !agreed {
        return;
    }
    let secret = value(key);
    if form.has_attribute("data-key") && secret.trim().is_empty() {
        reply.set_text_content(Some("Paste your API key at the top of this page first."));
        if let Some(field) = element::<HtmlElement>(key) {
            let _ = field.focus();
        }
        return;
    }
    let _ = form.set_attribute(BUSY, "");
    reply.set_text_content(Some("Sending request…"));
    let text = match call(&form, secret.trim()).await {
        Ok(text) => text,
        Err(_) => {
            "No response. Check your connection and the header values, then try again.".into()
        }
    };
    reply.set_text_content(Some(&text));
    let _ = form.remove_attribute(BUSY);
}

async fn call(form: &HtmlFormElement, secret: &str) -> Result<String, JsValue> {
    let attribute = |name: &str| form.get_attribute(name).unwrap_or_default();
    let request = RequestInit::new();
    request.set_method(&attribute("data-method"));
    // The key alone authenticates the call, so the session cookie is not sent along.
    request.set_credentials(RequestCredentials::Omit);
    let headers = Headers::new()?;
    if form.has_attribute("data-key") {
        headers.append("X-API-Key", secret)?;
    }
    let (mut path, mut query) = (attribute("data-path"), String::new());
    let fields = form.query_selector_all("[name]")?;
    for index in 0..fields.length() {
        let Some(field) = fields.get(index) else {
            continue;
        };
        let of = |name: &str| {
            let text = Reflect::get(&field, &JsValue::from_str(name)).ok();
            text.and_then(|text| text.as_string()).unwrap_or_default()
        };
        let (name, value) = (of("name"), of("value"));
        let encoded = || String::from(encode_uri_component(&value));
        match name.split_once(':') {
            Some(("path", name)) => {
                path = path.replace(&["{", name, "}"].concat(), &encoded());
            }
            _ if value.is_empty() => {}
            Some(("query", name)) => {
                let mark = if query.is_empty() { "?" } else { "&" };
                query = [&query, mark, name, "=", &encoded()].concat();
            }
            Some((_, name)) => headers.append(name, &value)?,
            None => {
                headers.append("Content-Type", "application/json")?;
                request.set_body(&JsValue::from_str(&value));
            }
        }
    }
    request.set_headers(&headers);
    let window = window().ok_or(JsValue::NULL)?;
    let answer = window.fetch_with_str_and_init(&(path + &query), &request);
    let answer: Response = JsFuture::from(answer).await?.dyn_into()?;
    let mut text = [&answer.status().to_string(), " ", &answer.status_text()].concat();
    for name in SHOWN {
        if let Ok(Some(value)) = answer.headers().get(name) {
            text = [&text, "\n", name, ": ", &value].concat();
        }
    }
    let body = JsFuture::from(answer.text()?)
        .await?
        .as_string()
        .unwrap_or_default();
    Ok([text, readable(body)].join("\n\n"))
}

/// Indents JSON; returns any other text unchanged.
fn readable(body: String) -> String {
    let parsed = JSON::parse(&body);
    let written = parsed.and_then(|value| {
        JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &JsValue::from_f64(2.0))
    });
    written.map_or(body, String::from)
}
