//! The console's pages, one a file.

mod creation;
mod inventory;
mod keys;
mod load;
#[cfg(feature = "ssr")]
mod new_key;
mod not_found;
#[cfg(feature = "ssr")]
mod revoke_key;
#[cfg(feature = "ssr")]
mod setup;
#[cfg(feature = "ssr")]
mod sign_in;

pub use inventory::InventoryPage;
pub use keys::KeysPage;
#[cfg(feature = "ssr")]
pub use new_key::NewKeyPage;
pub use not_found::NotFoundPage;
#[cfg(feature = "ssr")]
pub use revoke_key::RevokeKeyPage;
#[cfg(feature = "ssr")]
pub use setup::SetupPage;
#[cfg(feature = "ssr")]
pub use sign_in::SignInPage;
