//! The frame of a save-your-key page without script: progress of the new key's first call.
//!
//! The frame reloads itself until a call has been accepted.

use crate::components::FirstCallProgress;
use crate::prelude::*;
use crate::request::{FormAnswer, page_request};

#[component]
pub fn FirstCallPage() -> impl IntoView {
    let call = match page_request().answer {
        Some(FormAnswer::FirstCall(call)) => Some(*call),
        _ => None,
    };
    view! { <FirstCallProgress call=RwSignal::new(call)/> }
}
