//! The member's own account: password, sessions, and two-factor authentication.

pub mod form;
mod page;
pub mod show;
mod view;
