//! A call whose key was not accepted.

use crate::error::Error;
use crate::key::Malformed;
use crate::refusal::KeyRefusal;
use crate::usage::KeyUsage;
use std::sync::Arc;

/// A call that was not accepted.
#[derive(Debug)]
pub struct Refused {
    /// [`Error::Denied`], or why the key could not be checked.
    pub why: Error,
    /// The usage of the key under which the call is counted and listed. The secret is genuine, or
    /// the text begins like a key that was created recently, which only the key's account can see.
    pub usage: Option<Arc<KeyUsage>>,
}

impl From<Error> for Refused {
    fn from(why: Error) -> Self {
        Self { why, usage: None }
    }
}

impl From<Malformed> for Refused {
    fn from(form: Malformed) -> Self {
        Error::Denied(KeyRefusal::Malformed(form)).into()
    }
}
