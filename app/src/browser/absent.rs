//! Server-side no-op versions of the browser functions; look-ups return nothing.

use leptos::ev::{Event, MouseEvent, SubmitEvent};

pub fn ready() {}

pub async fn sha256(_text: &str) -> Option<String> {
    None
}

pub fn send_with(_field: &str, _value: &str) {}

pub fn search() -> String {
    String::new()
}

pub fn open(_dialog: &str) {}

pub fn close(_element: &str) {}

pub fn cancel(_event: &Event) {}

pub fn go(_address: &str) {}

pub fn is_backdrop(_event: &MouseEvent) -> bool {
    false
}

pub fn focus(_element: &str) {}

pub fn focus_invalid(_form: &str) {}

pub fn value(_field: &str) -> String {
    String::new()
}

pub fn serve_docs(_article: &str, _key: &'static str) {}

pub fn empty(_field: &str) {}

pub fn write(_element: &str, _text: &str) {}

pub fn form_value(_event: &SubmitEvent, _name: &str) -> String {
    String::new()
}

pub fn form_values(_event: &SubmitEvent, _name: &str) -> Vec<String> {
    Vec::new()
}

pub fn has_own_address(_event: &SubmitEvent) -> bool {
    false
}

pub fn guard_leaving(_guarded: impl Fn() -> bool + Copy + 'static, _ask: impl Fn() + 'static) {}

pub fn on_leaving(_then: impl Fn() + 'static) {}

pub fn on_approach(_form: &'static str, _then: impl Fn() + Copy + 'static) {}

pub fn on_escape(_then: impl Fn() + 'static) {}

pub fn subscribe(_url: String, _on_message: impl Fn(String) + Clone + 'static) {}

pub fn every_second(_tick: impl Fn(i64) + 'static) {}

pub fn sign_in_again() {}

pub fn parse<T>(_json: &str) -> Option<T> {
    None
}

pub fn text_of(_element: &str) -> Option<String> {
    None
}
