//! The colours.

use super::{document, element};
use crate::request::Theme;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDocument, HtmlElement};

fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

pub fn theme() -> Theme {
    let word = root().and_then(|root| root.dataset().get("theme"));
    Theme::parse(&word.unwrap_or_default())
}

/// Shows the theme that a select says, where it is another than the page's.
pub fn adopt_theme(select: &str) {
    let chosen = element::<Element>(select)
        .and_then(|select| select.query_selector("option:checked").ok().flatten())
        .and_then(|option| option.get_attribute("value"));
    if let Some(word) = chosen.filter(|word| word != theme().as_str()) {
        set_theme(&word);
    }
}

/// Shows the theme at once, and keeps it for the next page.
pub fn set_theme(word: &str) {
    let word = Theme::parse(word).as_str();
    if let Some(root) = root() {
        let _ = root.dataset().set("theme", word);
    }
    if let Some(document) = document().and_then(|document| document.dyn_into::<HtmlDocument>().ok())
    {
        let cookie = Theme::COOKIE;
        let _ = document.set_cookie(&format!(
            "{cookie}={word}; Path=/; Max-Age=31536000; SameSite=Lax"
        ));
    }
}
