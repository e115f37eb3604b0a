//! The frame of a save-your-key page without script: progress of the new key's first call.
//!
//! The frame reloads itself until a call has been accepted.

use app::components::FirstCallProgress;
use app::prelude::*;
use domain::FirstCallView;

pub fn first_call_page(call: FirstCallView) -> AnyView {
    view! { <FirstCallProgress call=RwSignal::new(Some(call))/> }
}
