//! In the browser. An element that is not there is not an error: pages come and go while a call is under way.

use crate::request::Theme;
use gloo::timers::callback::Interval;
use leptos::ev::{Event, KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::prelude::{on_cleanup, window_event_listener, window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, Element, FormData, HtmlDialogElement, HtmlDocument, HtmlElement, HtmlFormElement,
    HtmlInputElement, Window,
};

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn element<T: JsCast>(id: &str) -> Option<T> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Marks the page as taken over, has it drawn anew where the browser shows it again as it was left, and teaches older
/// browsers the buttons that open and close dialogs.
pub fn ready() {
    let restored = window_event_listener(leptos::ev::pageshow, |event| {
        if event.persisted() {
            reload();
        }
    });
    on_cleanup(move || restored.remove());
    let Some(root) = document().and_then(|document| document.document_element()) else {
        return;
    };
    let _ = root.set_attribute("data-hydrated", "");
    let probe = document().and_then(|document| document.create_element("button").ok());
    let knows_commands = probe.is_some_and(|button| js_sys_has(&button, "command"));
    if !knows_commands {
        let listener = window_event_listener(leptos::ev::click, |event| {
            obey(&event);
        });
        on_cleanup(move || listener.remove());
    }
}

fn js_sys_has(value: &Element, name: &str) -> bool {
    web_sys::js_sys::Reflect::has(value, &JsValue::from_str(name)).unwrap_or(false)
}

/// Does what a button's `command` says, for browsers that do not.
fn obey(event: &MouseEvent) -> Option<()> {
    let button = event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest("button[command]")
        .ok()??;
    let target = button.get_attribute("commandfor")?;
    match button.get_attribute("command")?.as_str() {
        "show-modal" => open(&target),
        "close" => close(&target),
        _ => {}
    }
    Some(())
}

/// Opens a dialog, unless it is open.
pub fn open(dialog: &str) {
    if let Some(dialog) = element::<HtmlDialogElement>(dialog)
        && !dialog.open()
    {
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog or a popover.
pub fn close(id: &str) {
    if let Some(dialog) = element::<HtmlDialogElement>(id) {
        dialog.close();
    } else if let Some(popover) = element::<HtmlElement>(id) {
        let _ = popover.hide_popover();
    }
}

pub fn cancel(event: &Event) {
    event.prevent_default();
}

/// Whether a click on a dialog fell beside its content.
pub fn is_backdrop(event: &MouseEvent) -> bool {
    event.target().is_some() && event.target() == event.current_target()
}

pub fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Puts the caret where the person has to mend something.
pub fn focus_invalid(form: &str) {
    let field = element::<Element>(form)
        .and_then(|form| {
            form.query_selector("[aria-invalid=true], [data-invalid] input")
                .ok()
                .flatten()
        })
        .and_then(|field| field.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field {
        let _ = field.focus();
    }
}

/// What stands in a text field.
pub fn value(id: &str) -> String {
    element::<HtmlInputElement>(id)
        .map(|field| field.value())
        .unwrap_or_default()
}

/// Selects a field's value, or an element's text.
pub fn select_all(id: &str) {
    if let Some(field) = element::<HtmlInputElement>(id) {
        let _ = field.focus();
        field.select();
    } else if let Some(element) = element::<Element>(id)
        && let Some(selection) = window().and_then(|window| window.get_selection().ok().flatten())
    {
        let _ = selection.select_all_children(&element);
    }
}

/// Whether the clipboard took the text. Not every page has one: browsers give it to secure origins only.
pub async fn copy(text: String) -> bool {
    let Some(window) = window() else { return false };
    let clipboard = window.navigator().clipboard();
    if JsValue::from(clipboard.clone()).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(&text)).await.is_ok()
}

fn form_data(event: &SubmitEvent) -> Option<FormData> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    FormData::new_with_form(&form).ok()
}

/// What stands in a field of the form that is being sent.
pub fn form_value(event: &SubmitEvent, name: &str) -> String {
    form_data(event)
        .and_then(|data| data.get(name).as_string())
        .unwrap_or_default()
}

/// What is checked under one name of the form that is being sent.
pub fn form_values(event: &SubmitEvent, name: &str) -> Vec<String> {
    let values = form_data(event)
        .map(|data| data.get_all(name))
        .unwrap_or_default();
    values
        .iter()
        .filter_map(|value| value.as_string())
        .collect()
}

/// Checks the boxes `name` of a form whose values are wanted, and no other.
pub fn check_boxes(form: &str, name: &str, wanted: &[&str]) {
    let Some(form) = element::<Element>(form) else {
        return;
    };
    let Ok(boxes) = form.query_selector_all(&format!("input[name={name}]")) else {
        return;
    };
    for index in 0..boxes.length() {
        if let Some(input) = boxes
            .get(index)
            .and_then(|node| node.dyn_into::<HtmlInputElement>().ok())
        {
            input.set_checked(wanted.contains(&input.value().as_str()));
        }
    }
}

/// Lets the browser ask before the page goes away while `guarded` says so, as long as the current owner lives.
pub fn guard_leaving(guarded: impl Fn() -> bool + 'static) {
    let listener = window_event_listener_untyped("beforeunload", move |event| {
        if guarded() {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
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

/// Calls `tick` each second with the milliseconds since now, as long as the current owner lives.
pub fn every_second(tick: impl Fn(i64) + 'static) {
    let Some(performance) = window().and_then(|window| window.performance()) else {
        return;
    };
    let start = performance.now();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of one page's life"
    )]
    let interval = Interval::new(1000, move || tick((performance.now() - start) as i64));
    // The owner keeps it, and drops it when it goes.
    let _ = leptos::prelude::StoredValue::new_local(interval);
}

/// The session is over: asks for the password, and comes back here afterwards.
pub fn sign_in_again() {
    let Some(location) = window().map(|window| window.location()) else {
        return;
    };
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next = String::from(web_sys::js_sys::encode_uri_component(&here));
    let _ = location.assign(&format!("/sign-in?next={next}"));
}

/// The page may be as old as the browser likes: what it shows, and who is signed in.
fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Where the page stands.
pub fn path() -> String {
    let location = window().map(|window| window.location());
    location
        .and_then(|location| location.pathname().ok())
        .unwrap_or_default()
}

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
