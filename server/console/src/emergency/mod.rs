//! The switches for an emergency: revoking all keys, and stopping their creation.

pub mod view;
