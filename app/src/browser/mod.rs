//! What pages ask of the browser itself: dialogs, focus, clipboard, timers, the address.
//!
//! The same functions exist twice, so that pages need no conditional compilation: `live` runs in the browser, `absent`
//! stands in for it while the server renders, where nothing of this can happen.

#[cfg(not(feature = "hydrate"))]
mod absent;
#[cfg(feature = "hydrate")]
mod live;

#[cfg(not(feature = "hydrate"))]
use absent as side;
#[cfg(feature = "hydrate")]
use live as side;

pub use side::{
    cancel, close, empty, every_second, focus, focus_invalid, form_value, form_values,
    guard_leaving, has_own_address, hear, is_backdrop, on_escape, on_leaving, open, path, ready,
    receive, search, send_with, serve_docs, sha256, sign_in_again, value,
};
