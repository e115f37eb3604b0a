//! The Team page, and the page of one member.

pub mod form;
pub mod page;
pub mod view;
pub mod words;
