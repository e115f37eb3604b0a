//! The frame of a save-your-key page without script: progress of the new key's first call.
//!
//! The frame reloads itself until a call has been accepted. The system then has the key, and the
//! page around the frame no longer requires its check box. Without script, that page does not learn
//! of the call, so the frame offers to leave it.

use app::components::FirstCallProgress;
use app::prelude::*;
use domain::{FirstCallStage, FirstCallView};

pub fn first_call_page(call: FirstCallView) -> AnyView {
    let done = (call.stage == FirstCallStage::Accepted).then(|| {
        view! {
            <noscript>
                <a class="button" href="/keys" target="_top">"Go to API Keys"</a>
            </noscript>
        }
    });
    view! {
        <div class="first-call-page">
            <FirstCallProgress call=RwSignal::new(Some(call))/>
            {done}
        </div>
    }
}
