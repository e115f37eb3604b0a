//! Forms of the list of keys and of one key.

mod change_key;
mod create_key;
mod identify_key;
mod revoke_key;

pub use change_key::{edit_key, enforce_networks, pause_key, resume_key, undo_edit, watch_key};
pub use create_key::{apply_preset, create_key};
pub use identify_key::identify_key;
pub use revoke_key::revoke_key;
