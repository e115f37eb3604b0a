//! The ports of [`service::store`] on a database.
//!
//! SQLite for one machine, in [`SqliteStore`], and PostgreSQL for several, in [`PostgresStore`]. What both share stands
//! apart from them: the statements and the rows they give in `sql`, static text with `$1` placeholders, and the ports that
//! run them in `ports`. Transactions begin and end inside one port method; no lower error's text holds a bound value.

mod commit;
pub mod copy;
mod error;
mod feeds;
mod listing;
mod look;
mod postgres;
mod sql;
mod sqlite;
mod turn;

pub use look::{Look, PepperUse, Schema, ServerLook};
pub use postgres::{OpenError as PostgresOpenError, PostgresStore};
pub use sqlite::{OpenError, OpenMode, SqliteStore};
