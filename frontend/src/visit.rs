//! The way from page to page without loading the document anew.
//!
//! The server draws every page, whether a person came by a link or typed its address. Where the browser lets us
//! (Navigation API), its next page is put in the place of this one, which spares starting the module again; history,
//! scrolling and the reload button remain the browser's. Everywhere else, and whenever anything is unusual, a link is
//! a link.

use crate::page;
use app::Page;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen::{JsCast, UnwrapThrowExt as _};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    AbortSignal, Document, DomParser, NavigateEvent, NavigationApiType, NavigationFocusReset,
    NavigationInterceptOptions, RequestInit, Response, SupportedType, Url, Window,
};

/// Listens for as long as the document stands.
pub fn listen() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let navigation = JsValue::from(window.navigation());
    if navigation.is_undefined() {
        return;
    }
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(navigation.unchecked_ref(), "navigate", options, |event| {
        intercept(event.unchecked_ref());
    })
    .forget();
}

fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

fn parse(html: &str) -> Option<Document> {
    let parser = DomParser::new().ok()?;
    parser.parse_from_string(html, SupportedType::TextHtml).ok()
}

fn intercept(event: &NavigateEvent) {
    let url = event.destination().url();
    if event.default_prevented() || !is_plain(event) || !leads_to_page(&url) {
        return;
    }
    let signal = event.signal();
    let handler = Closure::once_into_js(move || {
        future_to_promise(async move {
            visit(&url, &signal).await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = NavigationInterceptOptions::new();
    options.set_handler(handler.unchecked_ref());
    options.set_focus_reset(NavigationFocusReset::Manual);
    // Refused where the page is on its way out already.
    let _ = event.intercept_with_options(&options);
}

/// A link that was followed, or the way back or forward: no reload, no form, no download, no other place on this page.
fn is_plain(event: &NavigateEvent) -> bool {
    event.can_intercept()
        && !event.hash_change()
        && event.navigation_type() != NavigationApiType::Reload
        && event.form_data().is_none()
        && event.download_request().is_none()
}

/// Whether a page of the console, one behind the session, stands there.
fn leads_to_page(url: &str) -> bool {
    let page = Url::new(url).map(|url| Page::at(&url.pathname()));
    page.is_ok_and(|page| page != Page::NotFound && !page.is_bare())
}

async fn visit(url: &str, signal: &AbortSignal) {
    let window = web_sys::window().unwrap_throw();
    let replaced = match fetch(&window, url, signal).await {
        Some(Answer::Page(document)) => page::replace(&document),
        Some(Answer::Elsewhere(url)) => window.location().replace(&url).ok(),
        None => None,
    };
    // Another click may have come meanwhile.
    if replaced.is_none() && !signal.aborted() {
        reload();
    }
}

enum Answer {
    Page(Document),
    /// The server leads on, such as to sign in.
    Elsewhere(String),
}

/// `None` where the answer is no page, or none came.
async fn fetch(window: &Window, url: &str, signal: &AbortSignal) -> Option<Answer> {
    let request = RequestInit::new();
    request.set_signal(Some(signal));
    let answer = JsFuture::from(window.fetch_with_str_and_init(url, &request))
        .await
        .ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    if answer.redirected() {
        return Some(Answer::Elsewhere(answer.url()));
    }
    let kind = answer.headers().get("content-type").ok().flatten()?;
    if !kind.starts_with("text/html") {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?)
        .await
        .ok()?
        .as_string()?;
    let page = parse(&text)?;
    (!signal.aborted()).then_some(Answer::Page(page))
}
