//! Pages of the list of keys and of one key.

mod activity;
mod address;
mod bulk_notice;
mod call_examples;
pub mod events;
mod filters;
pub mod first_call;
pub mod form;
mod history;
mod key_view;
pub mod learned;
mod named_lists;
pub mod page;
mod quick_change;
mod rotations;
pub mod show;
mod sparkline;
pub mod view;
mod week_pattern;
mod words;

pub use address::{canonical_address, parse};
pub use key_view::view;
pub use named_lists::BY_RULE;
pub use sparkline::sparklines;
pub use words::first_call;
