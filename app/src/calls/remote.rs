//! The browser's half of the server functions.
//!
//! The one that the framework generates can also stream and open sockets. This one does what these
//! functions need, which is a tenth of the code.

use super::{Answer, CallError};
use crate::browser;
use domain::{CreateKeyForm, IssuedKey, KeyId, KeyView, KeysPage, RevokeKeyForm};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub async fn list_keys(search: String) -> Result<Answer<KeysPage>, CallError> {
    #[derive(Serialize)]
    struct Arguments {
        search: String,
    }
    call("/call/keys/list", Arguments { search }).await
}

/// Creates a key. The response is the only place that ever contains its secret.
pub async fn create_key(form: CreateKeyForm) -> Result<Answer<IssuedKey>, CallError> {
    #[derive(Serialize)]
    struct Arguments {
        form: CreateKeyForm,
    }
    call("/call/keys/create", Arguments { form }).await
}

pub async fn revoke_key(id: KeyId, form: RevokeKeyForm) -> Result<Answer<KeyView>, CallError> {
    #[derive(Serialize)]
    struct Arguments {
        id: KeyId,
        form: RevokeKeyForm,
    }
    call("/call/keys/revoke", Arguments { id, form }).await
}

async fn call<T: DeserializeOwned>(
    path: &str,
    arguments: impl Serialize,
) -> Result<Answer<T>, CallError> {
    let arguments = serde_json::to_string(&arguments).map_err(|_| CallError::Outdated)?;
    let response = browser::post(path, &arguments).await;
    let (succeeded, json) = response.map_err(|_| CallError::Unreachable)?;
    if succeeded {
        browser::parse(&json).ok_or(CallError::Outdated)
    } else {
        Err(browser::parse(&json).unwrap_or(CallError::Outdated))
    }
}
