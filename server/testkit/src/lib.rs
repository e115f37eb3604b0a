//! Helpers that several test programs share. They panic if a test cannot continue.

#![expect(
    clippy::missing_panics_doc,
    reason = "every helper panics if a test cannot go on"
)]

pub mod postgres;
pub mod proxy;
mod text;

pub use text::Text;
