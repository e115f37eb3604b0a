//! The server's time, kept going in the browser.

use crate::browser;
use domain::Timestamp;
use leptos::prelude::*;

/// What a page counts "3 minutes ago" from. Starts where the server rendered it, so that both sides render the same
/// words, and never reads the browser's own clock, which may be wrong.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Timestamp>,
}

impl Clock {
    /// Runs as long as the component that starts it.
    pub fn start(at: Timestamp) -> Self {
        let now = RwSignal::new(at);
        Effect::new(move |_| {
            browser::every_second(move |elapsed| {
                now.set(Timestamp::from_millis(at.millis() + elapsed))
            });
        });
        Self { now }
    }

    pub fn now(self) -> Timestamp {
        self.now.get()
    }
}
