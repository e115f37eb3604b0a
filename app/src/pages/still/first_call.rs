//! What stands in the frame of a save-your-key page that is sent without script: how far the new key has come. It loads
//! itself again until a call was accepted.

use crate::components::FirstCallNews;
use crate::lean::plain;
use crate::request::{FormAnswer, page_request};
use leptos::prelude::*;

#[component]
pub fn FirstCallPage() -> impl IntoView {
    let call = match page_request().answer {
        Some(FormAnswer::FirstCall(call)) => Some(*call),
        _ => None,
    };
    plain(view! { <FirstCallNews call=RwSignal::new(call)/> })
}
