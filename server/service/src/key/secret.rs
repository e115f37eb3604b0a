//! The secret of a key: `vx_`, 43 random base62 characters (256 bits) and 6 characters of checksum.
//!
//! The checksum is CRC-32/ISO-HDLC over the first 46 ASCII bytes, in base62. It protects nothing:
//! it distinguishes a mistyped or cut-off key from an unknown one without reading the database.

use crate::pepper::Pepper;
use crate::random::Random;
use rand::distr::{Alphanumeric, Distribution as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub(crate) const PREFIX: &str = "vx_";
const RANDOM_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;
const BODY_CHARS: usize = PREFIX.len() + RANDOM_CHARS;
const SECRET_CHARS: usize = BODY_CHARS + CHECKSUM_CHARS;
/// Number of random characters in a preview.
pub(crate) const PREVIEW_CHARS: usize = 6;

/// The full text of a key. It cannot be cloned, serialised or printed, and is wiped when dropped.
///
/// # Examples
/// ```
/// use service::key::{Malformed, PlainKey};
///
/// let key = PlainKey::parse(b"vx_00000000000000000000000000000000000000000003Ekpv5")?;
/// assert_eq!(key.preview(), "vx_000000…");
/// let mistyped = PlainKey::parse(b"vx_00000000000000000000000000000000000000000003Ekpv6");
/// assert_eq!(mistyped.err(), Some(Malformed::Checksum));
/// # Ok::<(), Malformed>(())
/// ```
pub struct PlainKey(Zeroizing<[u8; SECRET_CHARS]>);

/// Why a text does not have the form of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Malformed {
    /// It contains characters that do not occur in keys.
    Characters,
    /// It does not begin with `vx_`.
    Prefix,
    /// It has this many characters instead of [`Malformed::KEY_LENGTH`].
    Length(u16),
    /// The checksum does not match.
    Checksum,
}

impl Malformed {
    /// Length of every key, in characters.
    pub const KEY_LENGTH: usize = SECRET_CHARS;
}

/// HMAC-SHA-256, under the pepper, of the SHA-256 of the secret. It is stored, and keys are looked
/// up by it.
///
/// # Examples
/// ```
/// use service::Pepper;
/// use service::key::{KeyDigest, PlainKey};
///
/// let pepper = Pepper::parse(&"a1".repeat(32)).expect("64 hexadecimal digits");
/// let key = PlainKey::parse(b"vx_00000000000000000000000000000000000000000003Ekpv5")?;
/// let stored = *key.digest(&pepper).as_bytes();
/// assert!(key.digest(&pepper) == KeyDigest::from_bytes(stored));
/// # Ok::<(), service::key::Malformed>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

impl PlainKey {
    /// Length of every key, in characters.
    pub const CHARS: usize = SECRET_CHARS;

    pub fn generate(random: &dyn Random) -> Self {
        let mut text = Zeroizing::new([0; SECRET_CHARS]);
        text[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
        for position in &mut text[PREFIX.len()..BODY_CHARS] {
            *position = Alphanumeric.sample(&mut RngAdapter(random));
        }
        let sum = checksum(&text[..BODY_CHARS]);
        text[BODY_CHARS..].copy_from_slice(&sum);
        Self(text)
    }

    /// Parses a key.
    ///
    /// # Errors
    /// The text is not 52 characters of the right form with a matching checksum.
    pub fn parse(presented: &[u8]) -> Result<Self, Malformed> {
        let rest = presented.strip_prefix(PREFIX.as_bytes());
        if !rest.is_some_and(are_alphanumeric) {
            let is_key_char = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
            return Err(if rest.is_none() && presented.iter().all(is_key_char) {
                Malformed::Prefix
            } else {
                Malformed::Characters
            });
        }
        let Ok(text) = <[u8; SECRET_CHARS]>::try_from(presented) else {
            let length = u16::try_from(presented.len()).unwrap_or(u16::MAX);
            return Err(Malformed::Length(length));
        };
        let text = Zeroizing::new(text);
        let (body, sum) = text.split_at(BODY_CHARS);
        if checksum(body) != sum {
            return Err(Malformed::Checksum);
        }
        Ok(Self(text))
    }

    /// Whether a text contains a key, or the beginning of one that is longer than its preview.
    pub fn is_in(text: &str) -> bool {
        let run = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let mut rests = text.split(PREFIX).skip(1);
        rests.any(|rest| run(rest) > PREVIEW_CHARS)
    }

    /// Whether a text contains what may be a key, such as one whose beginning is missing because it
    /// was copied carelessly.
    pub fn may_be_in(text: &str) -> bool {
        let bare = |word: &str| word.len() >= RANDOM_CHARS;
        Self::is_in(text) || text.split(|c: char| !c.is_ascii_alphanumeric()).any(bare)
    }

    pub fn digest(&self, pepper: &Pepper) -> KeyDigest {
        KeyDigest(pepper.mac(&Sha256::digest(*self.0)))
    }

    /// Returns the beginning of the key: enough to recognise it, and far too little to use it.
    pub fn preview(&self) -> String {
        format!("{}…", &self.expose()[..PREFIX.len() + PREVIEW_CHARS])
    }

    /// Returns the text itself, for the one answer that shows it.
    ///
    /// # Panics
    /// Never: a key consists of ASCII characters.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&*self.0).expect("letters and digits")
    }
}

impl fmt::Debug for PlainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainKey(…)")
    }
}

impl KeyDigest {
    /// Returns the digest of the secret with this SHA-256.
    pub fn of_sha256(sha256: &[u8; 32], pepper: &Pepper) -> Self {
        Self(pepper.mac(sha256))
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time, so that the time does not reveal where two digests differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest(…)")
    }
}

/// Whether all bytes are letters and digits. It does not stop at the first other byte, so that the
/// compiler can test many bytes with one instruction.
fn are_alphanumeric(text: &[u8]) -> bool {
    text.iter()
        .fold(true, |all, b| all & b.is_ascii_alphanumeric())
}

/// Returns six base62 digits, with leading zeros.
fn checksum(body: &[u8]) -> [u8; CHECKSUM_CHARS] {
    let (mut digits, mut sum) = ([0; CHECKSUM_CHARS], [b'0'; CHECKSUM_CHARS]);
    let used = base62::encode_bytes(crc32fast::hash(body), &mut digits)
        .expect("62 to the power of 6 is more than 2 to that of 32");
    sum[CHECKSUM_CHARS - used..].copy_from_slice(&digits[..used]);
    sum
}

/// Adapter from [`Random`] to `rand`.
struct RngAdapter<'a>(&'a dyn Random);

impl rand::TryRng for RngAdapter<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(crate::random::bytes(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(crate::random::bytes(self.0)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    const ZEROS: &str = "vx_00000000000000000000000000000000000000000003Ekpv5";

    #[test]
    fn published_example_key_is_valid() {
        assert_eq!(PlainKey::parse(ZEROS.as_bytes()).unwrap().expose(), ZEROS);
    }

    #[test]
    fn generated_key_is_well_formed_and_parses() {
        let key = PlainKey::generate(&OsRandom);
        assert_eq!(key.expose().len(), 52);
        assert!(PlainKey::parse(key.expose().as_bytes()).is_ok());
        assert_eq!(key.preview().chars().count(), 10);
    }

    #[test]
    fn any_single_changed_character_is_detected() {
        let key = PlainKey::generate(&OsRandom);
        for position in 0..52 {
            let mut bytes = key.expose().as_bytes().to_vec();
            bytes[position] = if bytes[position] == b'a' { b'b' } else { b'a' };
            assert!(
                PlainKey::parse(&bytes).is_err(),
                "a change at {position} went unnoticed"
            );
        }
    }

    #[test]
    fn truncated_or_padded_key_is_malformed() {
        for length in 0..52 {
            assert!(PlainKey::parse(&ZEROS.as_bytes()[..length]).is_err());
        }
        assert!(PlainKey::parse(format!("{ZEROS}0").as_bytes()).is_err());
        assert!(PlainKey::parse(format!(" {ZEROS}").as_bytes()).is_err());
        assert!(PlainKey::parse(&[0xFF; 52]).is_err());
        // 52 bytes, in which the beginning of the checksum is inside a character.
        assert!(
            PlainKey::parse(format!("vx_{}é{}", "0".repeat(42), "0".repeat(5)).as_bytes()).is_err()
        );
    }

    #[test]
    fn parse_error_names_the_malformed_part_of_a_key() {
        let mistyped = ZEROS.replace("Ekpv5", "Ekpv6");
        for (text, form) in [
            ("", Malformed::Prefix),
            ("sk_live_123", Malformed::Prefix),
            ("VX_0", Malformed::Prefix),
            (&format!("\"{ZEROS}\""), Malformed::Characters),
            (&format!("Bearer {ZEROS}"), Malformed::Characters),
            ("vx_abc…", Malformed::Characters),
            ("vx_0_0", Malformed::Characters),
            (&ZEROS[..38], Malformed::Length(38)),
            (
                &format!("{ZEROS}{ZEROS}")[..60].replace("vx_", "000"),
                Malformed::Prefix,
            ),
            (&format!("{ZEROS}00000000"), Malformed::Length(60)),
            (&mistyped, Malformed::Checksum),
        ] {
            let refused = PlainKey::parse(text.as_bytes()).map(|_| ());
            assert_eq!(refused, Err(form), "{text}");
        }
        let refused = PlainKey::parse(&[0xFF; 52]).map(|_| ());
        assert_eq!(refused, Err(Malformed::Characters));
    }

    #[test]
    fn any_byte_but_a_letter_or_digit_is_refused_at_any_place_of_a_key() {
        for position in 0..ZEROS.len() {
            for byte in 0..=u8::MAX {
                let mut text = ZEROS.as_bytes().to_vec();
                text[position] = byte;
                let refusal = match byte {
                    _ if text == ZEROS.as_bytes() => None,
                    b'_' if position > 2 => Some(Malformed::Characters),
                    b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' if position < 3 => {
                        Some(Malformed::Prefix)
                    }
                    b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => Some(Malformed::Checksum),
                    _ => Some(Malformed::Characters),
                };
                let parsed = PlainKey::parse(&text).err();
                assert_eq!(parsed, refusal, "byte {byte} at {position}");
            }
        }
    }

    #[test]
    fn text_with_a_key_or_most_of_one_is_detected_but_a_preview_is_not() {
        for text in [
            ZEROS,
            &ZEROS[3..],
            &ZEROS[..10],
            &format!("unexpected argument '--key={ZEROS}' found"),
            &format!("vx_abc123… {ZEROS}"),
        ] {
            assert!(PlainKey::may_be_in(text), "{text}");
        }
        for text in [
            "",
            "vx_",
            "vx_abc123…",
            "'vx_abc123' and 'vx_abc124'",
            "/var/backups/voxum/2026-11-28/before-the-migration/voxum.backup",
            "0199c0de-7a5b-7000-8000-00000000abcd",
        ] {
            assert!(!PlainKey::may_be_in(text), "{text}");
        }
    }

    #[test]
    fn digest_depends_on_the_pepper() {
        let key = PlainKey::parse(ZEROS.as_bytes()).unwrap();
        let (one, other) = (Pepper::generate(&OsRandom), Pepper::generate(&OsRandom));
        assert!(key.digest(&one).matches(&key.digest(&one)));
        assert!(!key.digest(&one).matches(&key.digest(&other)));
    }

    #[test]
    fn debug_output_of_a_key_does_not_reveal_it() {
        let key = PlainKey::parse(ZEROS.as_bytes()).unwrap();
        assert!(!format!("{key:?}").contains("0000"));
    }
}
