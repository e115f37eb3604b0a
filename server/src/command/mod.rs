//! What an operator does with a whole installation.

pub mod backup;
mod pepper;
pub mod restore;
pub mod transfer;
