//! The member's own account: password, sessions, and two-factor authentication.

pub mod form;
pub mod page;
pub mod view;
