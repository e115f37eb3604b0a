//! `/api/inventory`

mod body;
mod changes;
mod item;
mod list;
mod preview;
mod push;
mod tag;

pub use changes::*;
pub use item::*;
pub use list::*;
pub use push::*;
