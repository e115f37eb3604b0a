//! Whether the system that a key was created for has used it yet.

use super::Icon;
use crate::prelude::*;
use domain::{FirstCallStage, FirstCallView};

/// Progress of a new key's first call, announced by screen readers when it changes.
///
/// Empty until an update arrives, so that a page which cannot receive updates does not pretend to
/// wait.
#[component]
pub fn FirstCallProgress(call: RwSignal<Option<FirstCallView>>) -> impl IntoView {
    let news = dynamic(move || match call.get() {
        None => erase(()),
        Some(FirstCallView {
            stage,
            text,
            detail,
        }) => {
            let icon = match stage {
                FirstCallStage::Waiting => "#i-clock",
                FirstCallStage::Refused => "#i-alert",
                FirstCallStage::Accepted => "#i-check",
            };
            view! {
                <div class="first-call" data-stage=stage.as_str()>
                    <Icon name=icon/>
                    <p>
                        <strong>{text}</strong>
                        <span>{detail}</span>
                    </p>
                </div>
            }
        }
    });
    view! { <div role="status">{news}</div> }
}
