//! Codes for values that a browser keeps for one session. Only the server and the holder of the
//! session's token can compute them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Returns the MAC of a message under the token of a session. `purpose` keeps messages of one kind
/// from being taken for another.
pub fn session_mac(session: &str, purpose: &str, message: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(session.as_bytes());
    mac.expect("HMAC takes keys of every length")
        .chain_update(format!("voxum {purpose}\n"))
        .chain_update(message)
}
