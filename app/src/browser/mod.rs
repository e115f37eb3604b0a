//! Browser functions that pages need: dialogs, focus, timers, hashing, the address.
//!
//! There are two implementations of the same functions, so that pages need no conditional
//! compilation: `live` runs in the browser, and `absent` replaces it while the server renders, when
//! none of these actions is possible.

#[cfg(not(feature = "hydrate"))]
mod absent;
#[cfg(feature = "hydrate")]
mod live;

#[cfg(not(feature = "hydrate"))]
use absent as side;
#[cfg(feature = "hydrate")]
use live as side;

#[cfg(feature = "hydrate")]
pub use live::post;
pub use side::{
    cancel, close, empty, every_second, focus, focus_invalid, form_value, form_values, go,
    guard_leaving, has_own_address, is_backdrop, on_approach, on_escape, on_leaving, open, parse,
    ready, search, send_with, serve_docs, sha256, sign_in_again, subscribe, text_of, value, write,
};
