//! Commands with which an operator manages a whole installation.

pub mod backup;
pub mod doctor;
mod pepper;
pub mod restore;
pub mod transfer;
