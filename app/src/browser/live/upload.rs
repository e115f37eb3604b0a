//! Sending a form with a file in it, and saying how far it is.

use crate::browser::ANSWER;
use gloo::events::EventListener;
use leptos::ev::SubmitEvent;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    CustomEvent, CustomEventInit, EventTarget, FormData, HtmlFormElement, ProgressEvent,
    XmlHttpRequest,
};

/// Sends the form that the event is of, and has the page that comes back put in the place of this one. `progress` is
/// told the per cent that are sent, and `None` once the server is at work on it; `failed` that no answer came.
pub fn upload(
    event: &SubmitEvent,
    progress: impl Fn(Option<u32>) + 'static,
    failed: impl Fn() + 'static,
) {
    if send(event, progress, failed).is_none() {
        // The browser sends it by itself.
        return;
    }
    event.prevent_default();
}

fn send(
    event: &SubmitEvent,
    progress: impl Fn(Option<u32>) + 'static,
    failed: impl Fn() + 'static,
) -> Option<()> {
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    let request = XmlHttpRequest::new().ok()?;
    let upload: EventTarget = request.upload().ok()?.into();
    // `fetch` does not say how far a body is.
    request.open("POST", &form.action()).ok()?;
    EventListener::new(&upload, "progress", move |event| {
        let event: &ProgressEvent = event.unchecked_ref();
        let sent = event.loaded() / event.total().max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 100"
        )]
        progress((sent < 1.0).then_some((sent * 100.0) as u32));
    })
    .forget();
    let answered = request.clone();
    EventListener::once(&request, "loadend", move |_| {
        let html = answered.response_text().ok().flatten();
        let kind = answered.get_response_header("content-type").ok().flatten();
        match html {
            Some(html) if kind.is_some_and(|kind| kind.starts_with("text/html")) => put(&html),
            _ => failed(),
        }
    })
    .forget();
    let body = FormData::new_with_form(&form).ok()?;
    request.send_with_opt_form_data(Some(&body)).ok()
}

fn put(html: &str) {
    let detail = CustomEventInit::new();
    detail.set_detail(&JsValue::from_str(html));
    if let (Some(window), Ok(event)) = (
        super::window(),
        CustomEvent::new_with_event_init_dict(ANSWER, &detail),
    ) {
        let _ = window.dispatch_event(&event);
    }
}
