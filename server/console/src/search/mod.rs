//! The Search page: keys, pages, actions and requests, from one field.

mod actions;
mod page;
pub mod show;
mod view;
