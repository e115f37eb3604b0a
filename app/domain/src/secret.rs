//! Secrets that a page shows.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// A secret that a page shows once, such as a new key or a one-time link.
///
/// Only [`PageSecrets::reveal`] returns its text, which records that the page shows a secret.
/// `Debug` omits the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShownSecret(String);

impl ShownSecret {
    pub const fn new(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for ShownSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownSecret(…)")
    }
}

/// Record of whether a page shows a secret.
///
/// # Examples
/// ```
/// use domain::{PageSecrets, ShownSecret};
/// let page = PageSecrets::default();
/// assert!(!page.any_shown());
/// let secret = ShownSecret::new("vx_abc".to_owned());
/// assert_eq!(page.reveal(secret), "vx_abc");
/// assert!(page.any_shown());
/// ```
#[derive(Debug, Default)]
pub struct PageSecrets {
    shown: AtomicBool,
}

impl PageSecrets {
    /// Returns the text of a secret, which the page shows from now on.
    pub fn reveal(&self, secret: ShownSecret) -> String {
        self.shown.store(true, Ordering::Relaxed);
        secret.0
    }

    /// Returns whether the page shows a secret.
    pub fn any_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed)
    }
}
