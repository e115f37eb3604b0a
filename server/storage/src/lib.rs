//! The ports of [`service::store`] on a database.
//!
//! SQLite for one machine, in [`SqliteStore`]. What another database would share, the statements and the rows they
//! give, stands apart from it in `sql`: static text with `$1` placeholders, written once and never put together at
//! run time. Transactions begin and end inside one port method; no lower error's text holds a bound value.

mod error;
mod sql;
mod sqlite;
mod turn;

pub use sqlite::{OpenError, OpenMode, SqliteStore};
