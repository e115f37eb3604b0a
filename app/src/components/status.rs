//! The live region in which the page announces what happened.

use crate::prelude::*;
use std::time::Duration;

/// The announcement of the last action, for people who do not see the page change.
#[derive(Clone, Copy)]
pub struct Status(RwSignal<&'static str>);

impl Status {
    /// Provides the status as context. The root calls this once, before [`Status::line`].
    pub fn provide() -> Self {
        let status = Self(RwSignal::new(""));
        provide_context(status);
        status
    }

    pub fn current() -> Self {
        expect_context()
    }

    /// Announces `text`, even if the same text was announced before, or if a dialog kept it from
    /// being heard.
    pub fn announce(self, text: &'static str) {
        self.0.set("");
        set_timeout(move || self.0.set(text), Duration::from_millis(50));
    }

    pub fn line(self) -> AnyView {
        view! {
            <p class="visually-hidden" role="status">
                {text_signal(move || self.0.get())}
            </p>
        }
    }
}
