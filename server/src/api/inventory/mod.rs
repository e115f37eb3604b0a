//! `/api/inventory`

mod answer;
mod body;
mod changes;
mod item;
mod list;
mod preview;
mod push;
mod tag;

pub use answer::ItemAnswer;
pub use changes::*;
pub use item::*;
pub use list::*;
pub use push::*;
