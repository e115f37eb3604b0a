//! The Team page, and the page of one member.

pub mod page;
