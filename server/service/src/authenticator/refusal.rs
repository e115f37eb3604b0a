//! A call whose key was not accepted.

use crate::error::Error;
use crate::key::Malformed;
use crate::origin::CalledKey;
use crate::refusal::KeyRefusal;
use crate::usage::KeyUsage;
use std::sync::Arc;

/// A call that was not accepted.
#[derive(Debug)]
pub struct Refused {
    /// [`Error::Denied`], or why the key could not be checked.
    pub why: Error,
    pub attribution: Option<Attribution>,
}

/// The key of a refused call, as far as it is known.
#[derive(Debug)]
pub enum Attribution {
    /// The secret is genuine: the call is counted under its key.
    Genuine(Arc<KeyUsage>),
    /// The text begins like a key that was created recently. Only the key's account can see this.
    Suspected(CalledKey),
}

impl From<Error> for Refused {
    fn from(why: Error) -> Self {
        Self {
            why,
            attribution: None,
        }
    }
}

impl From<Malformed> for Refused {
    fn from(form: Malformed) -> Self {
        Error::Denied(KeyRefusal::Malformed(form)).into()
    }
}
