//! The pages of one-time links.

pub mod form;
pub mod show;
mod view;
