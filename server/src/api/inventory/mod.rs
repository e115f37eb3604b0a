//! `/api/inventory`

mod answer;
mod item;
mod list;
mod push;
mod tag;

pub use item::{delete, put, show};
pub use list::list;
pub use push::push;
