//! `/api/leads`

mod answer;
mod create;
mod lead;
mod list;
mod read;

pub use create::create;
pub use lead::{edit, erase, show};
pub use list::list;
