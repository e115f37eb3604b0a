//! An API key as a value: its secret, its digest, its allow list, and its state at a time.
//!
//! The operations on keys are in `crate::keys`, and their authentication in
//! `crate::authenticator`.

use domain::seconds;

mod allow_list;
mod secret;
mod state;

pub use allow_list::AllowList;
pub use secret::{KeyDigest, Malformed, PlainKey};
pub(crate) use secret::{PREFIX, PREVIEW_CHARS};
pub use state::{InvalidTransition, KeyState};

/// An active key that expires within this time is marked.
pub(crate) const EXPIRES_SOON_SECONDS: i64 = 7 * seconds::DAY;
