//! Server functions of the API Keys page.

use super::{Answer, CallError};
use crate::prelude::*;
use domain::{CreateKeyForm, IssuedKey, KeyId, KeyView, KeysPage, RevokeKeyForm};
use leptos::server_fn::ServerFn as _;
use leptos::server_fn::codec::Json;

/// Paths of the calls that change nothing. A call that is not listed here counts as a change: if
/// its session has ended, the sign-in page reports that nothing was saved.
pub const READ_ONLY: &[&str] = &[ListKeys::PATH];

#[server(prefix = "/call", endpoint = "keys/list", input = Json)]
pub async fn list_keys(#[server(default)] search: String) -> Result<Answer<KeysPage>, CallError> {
    super::error::answer(crate::backend::backend().keys(search).await)
}

/// Creates a key. The response is the only place that ever contains its secret.
#[server(prefix = "/call", endpoint = "keys/create", input = Json)]
pub async fn create_key(form: CreateKeyForm) -> Result<Answer<IssuedKey>, CallError> {
    super::error::answer(crate::backend::backend().create_key(form).await)
}

#[server(prefix = "/call", endpoint = "keys/revoke", input = Json)]
pub async fn revoke_key(id: KeyId, form: RevokeKeyForm) -> Result<Answer<KeyView>, CallError> {
    super::error::answer(crate::backend::backend().revoke_key(id, form).await)
}
