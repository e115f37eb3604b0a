//! From what a request presents to a caller, or to the exact reason for its refusal.

use super::{Malformed, PlainKey};
use crate::{Client, Error, KeyCaller, Service};
use domain::{KeyStatus, Timestamp};

/// Why a key was not accepted. Only the holder of a complete genuine secret learns of the last three.
#[derive(Debug)]
pub enum KeyRefusal {
    /// Not of the form of our keys, or mistyped: refused without asking the database.
    Malformed,
    /// Well-formed and unknown.
    Unknown,
    Revoked,
    Expired {
        at: Timestamp,
    },
    Paused,
    /// We cannot know.
    Failed(Error),
}

impl From<Malformed> for KeyRefusal {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

impl Service {
    /// Checks a presented key against the database, so that a revocation counts from the moment it was acknowledged,
    /// and notes the use in memory.
    ///
    /// # Errors
    /// The reason for the refusal.
    pub async fn authenticate(
        &self,
        presented: &[u8],
        client: &Client,
    ) -> Result<KeyCaller, KeyRefusal> {
        let digest = PlainKey::parse(presented)?.digest(&self.pepper);
        let record = self
            .store
            .find_key_by_digest(&digest)
            .await
            .map_err(|error| KeyRefusal::Failed(error.into()))?
            .filter(|record| record.digest.matches(&digest))
            .ok_or(KeyRefusal::Unknown)?;
        let now = self.clock.now();
        match record.status(now) {
            KeyStatus::Active => {}
            KeyStatus::Revoked => return Err(KeyRefusal::Revoked),
            KeyStatus::Paused => return Err(KeyRefusal::Paused),
            KeyStatus::Expired => {
                return Err(KeyRefusal::Expired {
                    at: record.expires_at.unwrap_or(now),
                });
            }
        }
        self.uses.note(&record.id, now, client);
        Ok(KeyCaller {
            key_id: record.id,
            account_id: record.account_id,
            scopes: record.scopes,
        })
    }
}
