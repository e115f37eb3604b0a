//! Ids of requests.

use axum::http::HeaderValue;
use service::{OsRandom, Random as _};
use std::cell::RefCell;
use std::fmt;

/// The server's id of a request: 32 hexadecimal digits. An id that the client sends is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 32]);

/// Bytes from the operating system's generator, enough for several ids.
///
/// Reading the generator for each id would take longer than everything else that a check of a key
/// does.
struct RandomPool {
    bytes: [u8; 64 * 16],
    remaining: usize,
}

thread_local! {
    static POOL: RefCell<RandomPool> = const { RefCell::new(RandomPool { bytes: [0; 64 * 16], remaining: 0 }) };
}

impl RequestId {
    #[expect(
        clippy::missing_panics_doc,
        reason = "the digits are always text of this length"
    )]
    pub fn generate() -> Self {
        POOL.with_borrow_mut(|pool| {
            if pool.remaining == 0 {
                OsRandom.fill(&mut pool.bytes);
                pool.remaining = pool.bytes.len();
            }
            let next = pool.remaining - 16..pool.remaining;
            pool.remaining = next.start;
            let mut digits = [0; 32];
            hex::encode_to_slice(&pool.bytes[next], &mut digits).expect("two digits a byte");
            Self(digits)
        })
    }

    #[expect(
        clippy::missing_panics_doc,
        reason = "the digits are always text of this length"
    )]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits are text")
    }
}

impl From<RequestId> for HeaderValue {
    fn from(RequestId(digits): RequestId) -> Self {
        Self::from_bytes(&digits).expect("digits may be in a header")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
