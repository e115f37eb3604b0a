//! Page with the form that rotates a key.

pub mod form;
pub mod page;
pub mod view;
