//! The frame of a save-your-key page without script: progress of the new key's first call.
//!
//! The frame reloads itself until a call has been accepted. The system then has the key, and the
//! frame offers to leave the page around it.

use app::components::FirstCallProgress;
use app::prelude::*;
use domain::{FirstCallStage, FirstCallView};

pub fn first_call_page(call: FirstCallView) -> AnyView {
    let done = (call.stage == FirstCallStage::Accepted).then(|| {
        view! { <a class="button primary" href="/keys" target="_top">"Done"</a> }
    });
    view! {
        <div class="first-call-page">
            <FirstCallProgress call=RwSignal::new(Some(call))/>
            {done}
        </div>
    }
}
