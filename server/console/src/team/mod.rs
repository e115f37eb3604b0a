//! The Team page, and the page of one member.

pub mod form;
mod page;
pub mod show;
mod view;
mod words;
