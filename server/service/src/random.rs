//! The source of random bytes: a parameter, so that tests are repeatable.

use domain::Timestamp;
use rand::TryRng as _;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with unpredictable bytes.
    ///
    /// # Panics
    /// If the source has failed: it is not safe to continue without randomness.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system gives random bytes");
    }
}

/// Returns `N` fresh bytes.
pub(crate) fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// Returns 256 random bits as 64 hexadecimal digits.
pub(crate) fn token(random: &dyn Random) -> Zeroizing<String> {
    let secret: Zeroizing<[u8; 32]> = Zeroizing::new(bytes(random));
    Zeroizing::new(hex::encode(*secret))
}

/// Returns a token that identifies one rendered form. It is not a secret: it only makes a second
/// post harmless.
pub(crate) fn form_token(random: &dyn Random) -> String {
    hex::encode(bytes::<16>(random))
}

/// Returns a UUID of version 7: new ids sort after old ones, which keeps indexes compact.
pub(crate) fn uuid(random: &dyn Random, now: Timestamp) -> String {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes(random))
        .into_uuid()
        .to_string()
}
