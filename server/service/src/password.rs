//! Passwords: the rules for a new one, and argon2id on blocking threads.

use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::random::{Random, bytes};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

/// Bounds of the length of a new password.
const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 128;

/// A password that may be set: 12 to 128 characters of any kind, and not one of the most common.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Checks a new password.
    ///
    /// # Errors
    /// It is too short, too long or too common.
    pub fn parse(raw: &str) -> Result<Self, InvalidReason> {
        let chars = raw.chars().count();
        if chars < MIN_CHARS {
            Err(InvalidReason::PasswordTooShort { min: MIN_CHARS })
        } else if chars > MAX_CHARS {
            Err(InvalidReason::PasswordTooLong { max: MAX_CHARS })
        } else if is_common(raw) {
            Err(InvalidReason::PasswordTooCommon)
        } else {
            Ok(Self(Zeroizing::new(raw.to_owned())))
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

fn is_common(raw: &str) -> bool {
    const LIST: &str = include_str!("common_passwords.txt");
    let lower = Zeroizing::new(raw.to_lowercase());
    let mut chars = lower.chars();
    let first = chars.next();
    // One repeated character is as easy to guess as a common password.
    chars.all(|c| Some(c) == first) || LIST.lines().any(|line| line == lower.as_str())
}

/// Maximum number of concurrent hashes: each takes 19 MiB and a whole core.
const MAX_CONCURRENT: usize = 2;
/// Maximum number of further hashes that may wait.
const MAX_QUEUED: usize = 16;

/// Hashes and verifies passwords (argon2id, 19 MiB, 2 passes, 1 lane: OWASP's minimum and the
/// crate's default).
pub struct Hasher {
    running: Semaphore,
    waiting: Semaphore,
    /// The hash of a random password: a sign-in with an unknown address takes the same time as one
    /// with a known address.
    dummy: Arc<str>,
    verified: AtomicU64,
}

/// A permit for one hash.
pub struct HashPermit<'a> {
    _running: SemaphorePermit<'a>,
    _waiting: SemaphorePermit<'a>,
}

impl Hasher {
    pub fn new(random: &dyn Random) -> Self {
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(bytes(random));
        let dummy = hash(&*secret, &bytes::<16>(random)).expect("argon2 takes any 32 bytes");
        Self {
            running: Semaphore::new(MAX_CONCURRENT),
            waiting: Semaphore::new(MAX_CONCURRENT + MAX_QUEUED),
            dummy: dummy.into(),
            verified: AtomicU64::new(0),
        }
    }

    /// Returns the number of passwords that were verified since the start.
    pub fn verified_count(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// Returns the PHC string of a new password.
    pub async fn hash(&self, random: &dyn Random, password: Password) -> Result<String, Error> {
        let salt = bytes::<16>(random);
        let _permit = self.acquire().await.ok_or(domain::Failure::Unavailable)?;
        blocking(move || hash(password.0.as_bytes(), &salt)).await
    }

    /// Waits for a turn; `None` if too many are waiting already.
    pub async fn acquire(&self) -> Option<HashPermit<'_>> {
        let waiting = self.waiting.try_acquire().ok()?;
        let running = self.running.acquire().await.ok()?;
        Some(HashPermit {
            _running: running,
            _waiting: waiting,
        })
    }
}

impl HashPermit<'_> {
    /// Whether `stored`, a PHC string, is the hash of `password`. `None` is `false` and takes the
    /// same time.
    pub async fn verify(
        &self,
        hasher: &Hasher,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, Error> {
        hasher.verified.fetch_add(1, Ordering::Relaxed);
        let has_hash = stored.is_some();
        let stored: Arc<str> = stored.map_or_else(|| hasher.dummy.clone(), Into::into);
        let password = Zeroizing::new(password.to_owned());
        let matches = blocking(move || {
            let parsed = PasswordHash::new(&stored).map_err(Error::broken)?;
            Ok(Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok())
        })
        .await?;
        Ok(has_hash && matches)
    }
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, Error> {
    let hash = Argon2::default()
        .hash_password_with_salt(password, salt)
        .map_err(Error::broken)?;
    Ok(hash.to_string())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::broken)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn password_needs_12_to_128_characters_of_any_kind() {
        assert!(Password::parse("twelve chars").is_ok());
        assert!(Password::parse("eleven char").is_err());
        assert!(Password::parse(&"ab".repeat(64)).is_ok());
        assert!(Password::parse(&"ab".repeat(65)).is_err());
    }

    #[test]
    fn common_passwords_are_rejected_in_any_letter_case() {
        for common in ["123456789012", "Qwertyuiop12", "aaaaaaaaaaaaaa"] {
            assert!(Password::parse(common).is_err(), "{common} was taken");
        }
    }

    #[tokio::test]
    async fn correct_password_verifies_but_a_wrong_password_or_missing_hash_does_not() {
        let hasher = Hasher::new(&OsRandom);
        let stored = hash(b"correct horse battery", &[7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$"));
        let permit = hasher.acquire().await.unwrap();
        assert!(
            permit
                .verify(&hasher, "correct horse battery", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !permit
                .verify(&hasher, "correct horse batterz", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !permit
                .verify(&hasher, "correct horse battery", None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn hashing_is_refused_when_the_queue_is_full() {
        let hasher = Hasher::new(&OsRandom);
        let _busy = (
            hasher.acquire().await.unwrap(),
            hasher.acquire().await.unwrap(),
        );
        let waiting: Vec<_> = (0..MAX_QUEUED)
            .map(|_| hasher.waiting.try_acquire().unwrap())
            .collect();
        assert!(hasher.acquire().await.is_none());
        drop(waiting);
    }
}
