//! The server's clock, continued in the browser.

use crate::browser;
use crate::prelude::*;
use domain::Timestamp;

/// The current time by the server's clock, from which a page computes texts such as "3 minutes
/// ago".
///
/// It starts at the time at which the server rendered the page, so that both sides render the same
/// text, and adds the time that has elapsed in the browser. The browser's own time of day may be
/// wrong and is not used.
#[derive(Clone, Copy)]
pub struct Clock {
    /// When the page was rendered, in milliseconds of the server's clock.
    start: RwSignal<i64>,
    /// Milliseconds since `start`.
    elapsed: RwSignal<i64>,
}

impl Clock {
    /// Starts a clock that runs as long as the component that starts it.
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

    /// Moves the clock forward to a time that the server has just sent. The clock can lag behind by
    /// the time that the page took to arrive and to start.
    pub fn reached(self, at: Timestamp) {
        let behind = at.millis() - untrack(|| self.now()).millis();
        if behind > 0 {
            self.start.update(|start| *start += behind);
        }
    }
}
