//! The ports of [`service::store`] on a database: SQLite for one machine ([`sqlite::open()`]), and
//! PostgreSQL for several ([`postgres::open()`]).
//!
//! `ports` implements them once, on the thin layer in `engine`. Transactions begin and end within
//! one port method. The text of no database error that reaches the caller contains a bound value.

mod bulk_query;
mod commit;
pub mod copy;
mod engine;
mod error;
mod feed_limiter;
mod inspection;
mod listing;
mod lock_scope;
mod open_mode;
mod ports;
pub mod postgres;
mod query;
pub mod sqlite;
mod store;

pub use inspection::{Inspection, PepperUse, Schema, ServerInspection};
pub use open_mode::OpenMode;
pub use store::SqlStore;
