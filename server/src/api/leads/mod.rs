//! `/api/leads`

mod body;
mod create;
mod lead;
mod list;
mod read;

pub use create::*;
pub use lead::*;
pub use list::*;
