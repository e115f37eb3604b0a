//! Signing in and out.

pub mod form;
pub mod view;
