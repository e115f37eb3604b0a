//! Page with the form that rotates a key.

pub mod page;
