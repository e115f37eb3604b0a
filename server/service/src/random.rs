//! The source of random bytes: a parameter, so that tests are repeatable.

use rand::TryRng as _;
use rand::rngs::SysRng;

pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with unpredictable bytes.
    ///
    /// # Panics
    /// If the source has failed: it is not safe to go on without randomness.
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
