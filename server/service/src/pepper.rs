//! The server's pepper: the secret key of the HMAC that makes key digests. The database does not
//! contain it, but only its fingerprint, by which a wrong or missing pepper is noticed at the
//! start.

use crate::random::{Random, bytes};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// 32 secret bytes. They cannot be printed, cloned or serialised by accident, and are wiped when
/// dropped.
pub struct Pepper {
    secret: Zeroizing<[u8; 32]>,
    /// The HMAC after it has absorbed the key, which is half of the work for a short message. Wiped
    /// as well.
    keyed: Hmac<Sha256>,
}

/// The public name of a pepper: the first 16 hexadecimal digits of its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PepperId(String);

impl PepperId {
    pub fn parse(raw: &str) -> Option<Self> {
        let is_valid = raw.len() == 16 && raw.bytes().all(|b| b.is_ascii_hexdigit());
        is_valid.then(|| Self(raw.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Pepper {
    fn new(secret: Zeroizing<[u8; 32]>) -> Self {
        let keyed = Hmac::new_from_slice(&*secret).expect("HMAC takes keys of any length");
        Self { secret, keyed }
    }

    pub fn generate(random: &dyn Random) -> Self {
        Self::new(Zeroizing::new(bytes(random)))
    }

    /// Parses 64 hexadecimal digits; surrounding white space, such as the line break at the end of
    /// a file, is ignored.
    pub fn parse(raw: &str) -> Option<Self> {
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(raw.trim(), &mut *secret).ok()?;
        Some(Self::new(secret))
    }

    /// Returns the text that [`Self::parse`] reads, which is written to the pepper's own file and
    /// nowhere else.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(*self.secret))
    }

    /// Returns a text that identifies the pepper and reveals nothing else about it.
    pub fn fingerprint(&self) -> String {
        hex::encode(self.mac(b"voxum pepper fingerprint"))
    }

    pub fn id(&self) -> PepperId {
        let mut text = self.fingerprint();
        text.truncate(16);
        PepperId(text)
    }

    pub(crate) fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn pepper_round_trips_through_its_file_format() {
        let pepper = Pepper::generate(&OsRandom);
        let read = Pepper::parse(&format!("{}\n", *pepper.to_hex())).unwrap();
        assert_eq!(read.fingerprint(), pepper.fingerprint());
    }

    #[test]
    fn debug_output_of_a_pepper_does_not_reveal_it() {
        let pepper = Pepper::generate(&OsRandom);
        assert!(!format!("{pepper:?}").contains(&pepper.to_hex()[..8]));
    }

    #[test]
    fn text_of_wrong_length_or_not_in_hex_is_rejected_as_a_pepper() {
        assert!(Pepper::parse("abcd").is_none());
        assert!(Pepper::parse(&"g".repeat(64)).is_none());
    }
}
