//! The console's server functions. All of them are `POST` under `/call`, with addresses that do not
//! change between builds, and each authorises by itself through the
//! [`Backend`](crate::backend::Backend).

#![cfg_attr(
    not(feature = "ssr"),
    expect(
        clippy::unused_async_trait_impl,
        reason = "the browser's half of a server function, as the framework writes it"
    )
)]

mod error;
mod keys;

pub use error::{Answer, CallError};
pub use keys::{CreateKey, ListKeys, RevokeKey, create_key, list_keys, revoke_key};
