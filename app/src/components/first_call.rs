//! Whether the system that a key was made for has got it.

use super::Icon;
use crate::lean::{changing, plain};
use domain::{FirstCall, FirstCallStage};
use leptos::prelude::*;

/// Read out when it turns. Empty where nobody tells: a page that nothing comes to does not pretend to wait.
#[component]
pub fn FirstCallNews(call: RwSignal<Option<FirstCall>>) -> impl IntoView {
    let news = changing(move || match call.get() {
        None => plain(()),
        Some(FirstCall { stage, text, more }) => {
            let icon = match stage {
                FirstCallStage::Waiting => "#i-clock",
                FirstCallStage::Refused => "#i-alert",
                FirstCallStage::Accepted => "#i-check",
            };
            plain(view! {
                <div class="first-call" data-stage=stage.as_str()>
                    <Icon name=icon/>
                    <p>
                        <strong>{text}</strong>
                        <span>{more}</span>
                    </p>
                </div>
            })
        }
    });
    plain(view! { <div role="status">{news}</div> })
}
