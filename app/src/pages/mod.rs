//! The console's pages, one per file.

mod docs;
mod found_key;
mod inventory;
mod keys;
mod leads;
mod load;
mod not_found;
#[cfg(feature = "ssr")]
mod server_only;

pub use docs::DocsPage;
pub use found_key::FoundKeyPage;
pub use inventory::InventoryPage;
pub use keys::KeysPage;
#[cfg(feature = "ssr")]
pub use keys::bulk_done;
pub use leads::LeadsPage;
pub use not_found::NotFoundPage;
#[cfg(feature = "ssr")]
pub use server_only::{
    AccountPage, AuditPage, BulkPage, DashboardPage, EditKeyPage, FirstCallPage, ImportPage,
    InvitePage, KeyPage, MemberPage, NewKeyPage, RefusalsPage, RevokeAllPage, RevokeKeyPage,
    RotateKeyPage, SecondFactorPage, SettingsPage, SetupPage, SignInPage, TeamPage,
};
