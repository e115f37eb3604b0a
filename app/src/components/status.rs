//! The one place where the page says aloud what happened.

use crate::lean::{plain, word};
use leptos::prelude::*;
use std::time::Duration;

/// What was done, for those who do not see the page change.
#[derive(Clone, Copy)]
pub struct Status(RwSignal<&'static str>);

impl Status {
    /// To be called once, by the root, before [`Status::line`].
    pub fn provide() -> Self {
        let status = Self(RwSignal::new(""));
        provide_context(status);
        status
    }

    pub fn current() -> Self {
        expect_context()
    }

    /// Says `text`, also where the same was said before or while a dialog kept it from being heard.
    pub fn say(self, text: &'static str) {
        self.0.set("");
        set_timeout(move || self.0.set(text), Duration::from_millis(50));
    }

    pub fn line(self) -> AnyView {
        plain(view! {
            <p class="visually-hidden" role="status">
                {word(move || self.0.get())}
            </p>
        })
    }
}
