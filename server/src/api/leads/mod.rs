//! `/api/leads`

mod body;
mod create;
mod lead;
mod list;
mod read;
mod response;

pub use create::*;
pub use lead::*;
pub use list::*;
pub use response::LeadResponse;
