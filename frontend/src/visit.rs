//! Navigation between pages without reloading the document.
//!
//! The server renders every page, whether a person followed a link or typed its address. In
//! browsers with the Navigation API, the next page is fetched and replaces this one, so the module
//! need not start again; history, scrolling and the reload button remain the browser's. In other
//! browsers, and whenever anything is unusual, a link loads its page as usual.

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

/// Intercepts navigations for as long as the document lives.
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
    if event.default_prevented() || !is_simple_navigation(event) || !is_page(&url) {
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
    // The browser refuses this if the page is already being unloaded.
    let _ = event.intercept_with_options(&options);
}

/// Returns whether the navigation follows a link, or goes back or forward in the history. Reloads,
/// forms, downloads and links within the page are left to the browser.
fn is_simple_navigation(event: &NavigateEvent) -> bool {
    event.can_intercept()
        && !event.hash_change()
        && event.navigation_type() != NavigationApiType::Reload
        && event.form_data().is_none()
        && event.download_request().is_none()
}

/// Returns whether `url` is an existing console page other than a bare one, such as sign-in.
fn is_page(url: &str) -> bool {
    let page = Url::new(url).map(|url| Page::at(&url.pathname()));
    page.is_ok_and(|page| page != Page::NotFound && !page.is_bare())
}

async fn visit(url: &str, signal: &AbortSignal) {
    let window = web_sys::window().unwrap_throw();
    let replaced = match fetch(&window, url, signal).await {
        Some(FetchedPage::Page(document)) => page::replace(&document),
        Some(FetchedPage::Redirect(url)) => window.location().replace(&url).ok(),
        None => None,
    };
    // Another navigation may have started meanwhile.
    if replaced.is_none() && !signal.aborted() {
        reload();
    }
}

enum FetchedPage {
    Page(Document),
    /// The server redirects, for example to the sign-in page.
    Redirect(String),
}

/// Fetches a page. Returns `None` if the response is not a page, or if there was none.
async fn fetch(window: &Window, url: &str, signal: &AbortSignal) -> Option<FetchedPage> {
    let request = RequestInit::new();
    request.set_signal(Some(signal));
    let response = JsFuture::from(window.fetch_with_str_and_init(url, &request))
        .await
        .ok()?;
    let response: Response = response.dyn_into().ok()?;
    if response.redirected() {
        return Some(FetchedPage::Redirect(response.url()));
    }
    let content_type = response.headers().get("content-type").ok().flatten()?;
    if !content_type.starts_with("text/html") {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?)
        .await
        .ok()?
        .as_string()?;
    let page = parse(&text)?;
    (!signal.aborted()).then_some(FetchedPage::Page(page))
}
