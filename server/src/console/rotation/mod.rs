//! Rotations of keys.

pub mod page;
