//! Identification of a key that was found and whose owner is not known.

use super::{CurrentKey, Keys, Operator};
use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::key::{KeyDigest, PlainKey};
use crate::sessions::Member;
use crate::store::{KeyRecord, KeyStore};
use domain::{Field, KeyStatus};

/// The result of an identification for the operator.
#[derive(Debug, Clone)]
pub enum Identification {
    /// Not of the form of a key: it has this many characters instead of [`PlainKey::CHARS`].
    Malformed {
        characters: usize,
    },
    Unknown,
    Known {
        key: Box<KeyRecord>,
        status: KeyStatus,
    },
}

impl Keys {
    /// Returns the key of the member's account whose secret has this SHA-256, in hexadecimal
    /// digits; `None` if there is none. The page computes the digest, so that the secret never
    /// leaves the browser.
    ///
    /// # Errors
    /// The text is not a digest, or the database's.
    pub async fn identify(
        &self,
        member: &Member,
        sha256: &str,
    ) -> Result<Option<CurrentKey>, Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(sha256.trim(), &mut bytes)
            .map_err(|_| Error::field(Field::Key, InvalidReason::NotASha256))?;
        let digests = self
            .peppers
            .digests(|pepper| KeyDigest::of_sha256(&bytes, pepper));
        let now = self.clock.now();
        let found = find_by_digests(&*self.store, digests).await?;
        // For a key of another account, not even its existence is revealed.
        Ok(found
            .filter(|key| key.account_id == member.account_id)
            .map(|key| self.current(key, now)))
    }
}

impl Operator {
    /// Returns the key with this secret, of any account: for the command line only.
    ///
    /// # Errors
    /// The database's.
    pub async fn identify(&self, presented: &[u8]) -> Result<Identification, Error> {
        let Ok(secret) = PlainKey::parse(presented) else {
            let characters = String::from_utf8_lossy(presented).chars().count();
            return Ok(Identification::Malformed { characters });
        };
        let found = find_by_digests(&*self.store, self.peppers.digests_of(&secret)).await?;
        Ok(
            found.map_or(Identification::Unknown, |key| Identification::Known {
                status: key.status(self.clock.now()),
                key: Box::new(key),
            }),
        )
    }
}

async fn find_by_digests(
    store: &dyn KeyStore,
    digests: [KeyDigest; 2],
) -> Result<Option<KeyRecord>, Error> {
    let found = store.find_key_by_either(&digests).await?;
    Ok(found.filter(|key| digests.iter().any(|digest| key.digest.matches(digest))))
}
