//! Page with the form that rotates a key.

pub mod form;
mod page;
pub mod show;
mod view;
