//! Where random bytes come from: a parameter, so that tests can repeat themselves.

use rand::TryRng as _;
use rand::rngs::SysRng;

pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with bytes that nobody can predict.
    ///
    /// # Panics
    /// Where the source has failed: without randomness there is no safe way to go on.
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

/// `N` fresh bytes.
pub(crate) fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}
