//! The console's pages, one a file.

mod creation;
mod inventory;
mod keys;
mod load;
mod new_key;
mod not_found;
mod revoke_key;
mod setup;
mod sign_in;

pub use inventory::InventoryPage;
pub use keys::KeysPage;
pub use new_key::NewKeyPage;
pub use not_found::NotFoundPage;
pub use revoke_key::RevokeKeyPage;
pub use setup::SetupPage;
pub use sign_in::SignInPage;
