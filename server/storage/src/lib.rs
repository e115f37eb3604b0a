//! The ports of [`service::store`] on a database: SQLite for one machine ([`SqliteStore`]), and
//! PostgreSQL for several ([`PostgresStore`]).
//!
//! Both engines share `sql`, which contains the statements (static text with `$1` placeholders) and
//! their rows, and `ports`, which runs them. Transactions begin and end within one port method. The
//! text of no database error that reaches the caller contains a bound value.

mod commit;
pub mod copy;
mod error;
mod feeds;
mod listing;
mod lock_scope;
mod look;
mod postgres;
mod sql;
mod sqlite;

pub use look::{Look, PepperUse, Schema, ServerLook};
pub use postgres::{OpenError as PostgresOpenError, PostgresStore};
pub use sqlite::{OpenError, OpenMode, SqliteStore};
