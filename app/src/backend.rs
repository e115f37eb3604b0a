//! The console's interface to the server.
//!
//! The server puts an [`Arc<dyn Backend>`](Backend) into the Leptos context of every request. It is
//! already bound to the caller, so server functions pass no identity and cannot forget one. This
//! crate does not depend on the implementation.

use async_trait::async_trait;
use domain::{
    AccountPage, ActivityPeriod, AuditForm, AuditPage, BulkForm, BulkPage, CreateKeyForm,
    DashboardPage, Failure, InventoryPage, InventoryQuery, IssuedKey, KeyId, KeyPage, KeyView,
    KeysPage, LeadsPage, RefusalPage, RevokeKeyForm, RotatePage, SettingsPage, TeamPage,
};
use std::sync::Arc;

/// Server operations behind the console's pages.
///
/// Every method authorises by itself and returns [`Failure::SignedOut`] without a session.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    async fn dashboard(&self) -> Result<DashboardPage, Failure>;

    /// `search` is the query string of the page's address, without the question mark.
    async fn keys(&self, search: String) -> Result<KeysPage, Failure>;

    async fn key(&self, id: KeyId, period: ActivityPeriod) -> Result<KeyPage, Failure>;

    /// Returns the data for the form that rotates a key.
    async fn rotation(&self, id: KeyId) -> Result<RotatePage, Failure>;

    async fn create_key(&self, form: CreateKeyForm) -> Result<IssuedKey, Failure>;

    async fn revoke_key(&self, id: KeyId, form: RevokeKeyForm) -> Result<KeyView, Failure>;

    /// Returns the confirmation page that precedes the bulk action in `form`.
    async fn bulk(&self, form: BulkForm) -> Result<BulkPage, Failure>;

    async fn inventory(&self, query: InventoryQuery) -> Result<InventoryPage, Failure>;

    /// `cursor` is taken from [`LeadsPage::next_cursor`].
    async fn leads(&self, cursor: Option<String>) -> Result<LeadsPage, Failure>;

    /// `cursor` is taken from [`AuditPage::next`].
    async fn audit(&self, form: AuditForm, cursor: Option<String>) -> Result<AuditPage, Failure>;

    /// `cursor` is taken from [`TeamPage::next_members`] or [`TeamPage::next_invitations`].
    async fn team(&self, cursor: Option<String>) -> Result<TeamPage, Failure>;

    /// Returns the page of the member with this id.
    async fn teammate(&self, id: &str) -> Result<TeamPage, Failure>;

    /// Generates a new secret for the member's authenticator app.
    async fn enrolment(&self) -> Result<domain::Enrolment, Failure>;

    /// Returns the member's own account page.
    async fn account(&self) -> Result<AccountPage, Failure>;

    /// Explains why the call with this request id was refused.
    async fn refusal(&self, id: Option<String>) -> Result<RefusalPage, Failure>;

    async fn settings(&self) -> Result<SettingsPage, Failure>;
}

/// Returns the backend of the request that is being handled.
///
/// # Panics
/// Panics outside a request: the server provides the backend for every page and every call.
pub fn backend() -> Arc<dyn Backend> {
    leptos::prelude::expect_context::<Arc<dyn Backend>>()
}
