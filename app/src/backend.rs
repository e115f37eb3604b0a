//! The console's interface to the server.
//!
//! The server puts an [`Arc<dyn Backend>`](Backend) into the Leptos context of every request. It is
//! already bound to the caller, so server functions pass no identity and cannot forget one. This
//! crate does not depend on the implementation.

use async_trait::async_trait;
use domain::{CreateKeyForm, Failure, IssuedKey, KeyId, KeyView, KeysPage, RevokeKeyForm};
use std::sync::Arc;

/// Server operations that a hydrated page calls.
///
/// Every method authorises the caller, and returns [`Failure::SignedOut`] without a session.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// `search` is the query string of the page's address, without the question mark.
    async fn keys(&self, search: String) -> Result<KeysPage, Failure>;

    async fn create_key(&self, form: CreateKeyForm) -> Result<IssuedKey, Failure>;

    async fn revoke_key(&self, id: KeyId, form: RevokeKeyForm) -> Result<KeyView, Failure>;
}

/// Returns the backend of the request that is being handled.
///
/// # Panics
/// Panics outside a request: the server provides the backend for every page and every call.
pub fn backend() -> Arc<dyn Backend> {
    leptos::prelude::expect_context::<Arc<dyn Backend>>()
}
