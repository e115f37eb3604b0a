//! The one door from the console to the server.
//!
//! The server puts an [`Arc<dyn Backend>`](Backend) into the Leptos context of every request, already bound to the
//! caller, so that no server function passes an identity, or forgets to. This crate never learns what is behind it.

use async_trait::async_trait;
use domain::{
    AccountPage, AuditForm, AuditPage, CreateKeyForm, DashboardPage, Failure, InventoryPage,
    InventoryQuery, IssuedKey, KeyId, KeyPage, KeyView, KeysPage, LeadsPage, RefusalPage,
    RevokeKeyForm, RotatePage, SettingsPage, SeveralForm, SeveralPage, Stretch, TeamPage,
};
use std::sync::Arc;

/// What the console's pages ask of the server. Every method authorises by itself and answers
/// [`Failure::SignedOut`] without a session.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    async fn dashboard(&self) -> Result<DashboardPage, Failure>;

    /// `search` is what follows the question mark of the page's address.
    async fn keys(&self, search: String) -> Result<KeysPage, Failure>;

    async fn key(&self, id: KeyId, stretch: Stretch) -> Result<KeyPage, Failure>;

    /// What the form needs that rotates a key.
    async fn rotation(&self, id: KeyId) -> Result<RotatePage, Failure>;

    async fn create_key(&self, form: CreateKeyForm) -> Result<IssuedKey, Failure>;

    async fn revoke_key(&self, id: KeyId, form: RevokeKeyForm) -> Result<KeyView, Failure>;

    /// The question before `form` is sent.
    async fn several(&self, form: SeveralForm) -> Result<SeveralPage, Failure>;

    async fn inventory(&self, query: InventoryQuery) -> Result<InventoryPage, Failure>;

    /// `cursor` as given by [`LeadsPage::next_cursor`].
    async fn leads(&self, cursor: Option<String>) -> Result<LeadsPage, Failure>;

    /// `cursor` as it stands in [`AuditPage::next`].
    async fn audit(&self, form: AuditForm, cursor: Option<String>) -> Result<AuditPage, Failure>;

    /// `cursor` is taken from [`TeamPage::next_members`] or [`TeamPage::next_invitations`].
    async fn team(&self, cursor: Option<String>) -> Result<TeamPage, Failure>;

    /// The page of the member with this id.
    async fn teammate(&self, id: &str) -> Result<TeamPage, Failure>;

    /// A fresh secret for the member's app.
    async fn enrolment(&self) -> Result<domain::Enrolment, Failure>;

    /// The member's own page.
    async fn account(&self) -> Result<AccountPage, Failure>;

    /// Why the call with this request id was refused.
    async fn refusal(&self, id: Option<String>) -> Result<RefusalPage, Failure>;

    async fn settings(&self) -> Result<SettingsPage, Failure>;
}

/// The door of the request that is being answered.
///
/// # Panics
/// Outside a request: the server provides it for every page and every call.
pub fn backend() -> Arc<dyn Backend> {
    leptos::prelude::expect_context::<Arc<dyn Backend>>()
}
