//! Opening and closing dialogs and popovers by id.

use super::{document, element, has};
use leptos::ev::{Event, MouseEvent};
use leptos::prelude::{on_cleanup, window_event_listener};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

/// Opens a modal dialog, unless it is already open.
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

/// Returns whether a click hit the dialog's backdrop rather than its content.
pub fn is_backdrop(event: &MouseEvent) -> bool {
    event.target().is_some() && event.target() == event.current_target()
}

/// Lets `command` buttons close dialogs in older browsers, until the current owner is disposed of.
pub fn polyfill_commands() {
    let probe = document().and_then(|document| document.create_element("button").ok());
    let has_commands = probe.is_some_and(|button| has(&button, "command"));
    if !has_commands {
        let listener = window_event_listener(leptos::ev::click, |event| {
            close_by_command(&event);
        });
        on_cleanup(move || listener.remove());
    }
}

/// Closes the dialog of a clicked button, for browsers that do not support the attribute.
fn close_by_command(event: &MouseEvent) -> Option<()> {
    let button = event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest("button[command=close]")
        .ok()??;
    close(&button.get_attribute("commandfor")?);
    Some(())
}
