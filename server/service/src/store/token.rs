//! Digests of tokens in cookies and links.

use sha2::{Digest as _, Sha256};

/// SHA-256 of a token in a cookie or a link. The token itself is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl TokenDigest {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}
