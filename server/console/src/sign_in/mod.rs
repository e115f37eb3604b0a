//! Signing in and out.

pub mod form;
pub mod show;
mod view;
