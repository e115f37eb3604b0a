//! The server's time, kept going in the browser.

use crate::browser;
use domain::Timestamp;
use leptos::prelude::*;

/// The time from which a page counts "3 minutes ago". It starts at the time at which the server rendered the page, so that both
/// sides render the same words, and takes from the browser how long ago that was. The browser's own time may be wrong.
#[derive(Clone, Copy)]
pub struct Clock {
    /// When the page was made, in milliseconds of the server's clock.
    start: RwSignal<i64>,
    /// Milliseconds since then.
    elapsed: RwSignal<i64>,
}

impl Clock {
    /// Runs as long as the component that starts it.
    pub fn start(at: Timestamp) -> Self {
        let clock = Self {
            start: RwSignal::new(at.millis()),
            elapsed: RwSignal::new(0),
        };
        Effect::new(move |_| browser::every_second(move |elapsed| clock.elapsed.set(elapsed)));
        clock
    }

    pub fn now(self) -> Timestamp {
        Timestamp::from_millis(self.start.get() + self.elapsed.get())
    }

    /// Moves ahead to a time that the server just named: it was on its way, and the page took a while to start.
    pub fn reached(self, at: Timestamp) {
        let behind = at.millis() - untrack(|| self.now()).millis();
        if behind > 0 {
            self.start.update(|start| *start += behind);
        }
    }
}
