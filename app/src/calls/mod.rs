//! The console's server functions. All of them are `POST` under `/call`, with addresses that do not
//! change between builds, and each authorises its caller through the
//! [`Backend`](crate::backend::Backend).

mod error;
#[cfg(feature = "ssr")]
mod keys;
#[cfg(not(feature = "ssr"))]
mod remote;

pub use error::{Answer, CallError};
#[cfg(feature = "ssr")]
pub use keys::{CreateKey, ListKeys, READ_ONLY, RevokeKey, create_key, list_keys, revoke_key};
#[cfg(not(feature = "ssr"))]
pub use remote::{create_key, list_keys, revoke_key};
