//! `/api/leads`

mod answer;
mod body;
mod create;
mod lead;
mod list;
mod read;

pub use answer::LeadAnswer;
pub use create::*;
pub use lead::*;
pub use list::*;
